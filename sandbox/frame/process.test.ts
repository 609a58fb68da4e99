import { createEmptyDatabase } from '../../test/database.js';
import { startSandboxPart } from '../../test/sandbox.js';

describe('a part of the sandbox as a process', () => {
  it('says which settings are wrong and ends', async () => {
    await expect(startSandboxPart('phone', { SANDBOX_TOKEN: 'short', SANDBOX_DATABASE_URL: 'nowhere', TWILIO_ACCOUNT_SID: '' })).rejects.toThrow(
      /\(2\)[^]*setting SANDBOX_DATABASE_URL[^]*setting SANDBOX_TOKEN[^]*setting TWILIO_ACCOUNT_SID/,
    );
  });

  it('says when its database or its port is not to be had', async () => {
    const good = { SANDBOX_TOKEN: 'the-control-token', BUREAUS_SECRET: 'sixteen-letters-!' };
    await expect(startSandboxPart('bureaus', { ...good, SANDBOX_DATABASE_URL: 'postgres://x:x@127.0.0.1:9/x' })).rejects.toThrow(/could not start/);
    const store = await createEmptyDatabase();
    const part = await startSandboxPart('bureaus', { ...good, SANDBOX_DATABASE_URL: store.url });
    await expect(startSandboxPart('bureaus', { ...good, SANDBOX_DATABASE_URL: store.url, PORT: String(part.ready.port) })).rejects.toThrow(/EADDRINUSE/);
    await part.stop();
    await store.drop();
  });
});
