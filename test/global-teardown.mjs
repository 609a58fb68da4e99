export default async function tearDown() {
  await globalThis.tributaryRunServers?.stop();
}
