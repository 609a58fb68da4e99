import { SEARCH_ATTRIBUTES } from '../stack/parts/search-attributes.js';
import { devServer, timeSkippingEnvironment } from './temporal.js';

describe('Temporal servers for tests', () => {
  it("skips thirty days in an instant and knows the platform's search attributes", async () => {
    const environment = await timeSkippingEnvironment();
    const before = await environment.currentTimeMs();
    await environment.sleep('30 days');
    expect((await environment.currentTimeMs()) - before).toBeGreaterThanOrEqual(30 * 86_400_000);
    await environment.teardown();
  });

  it('starts one real server for the run, with the search attributes registered', async () => {
    const [one, other] = await Promise.all([devServer(), devServer()]);
    expect(other.address).toBe(one.address);
    const { customAttributes } = await one.connection.operatorService.listSearchAttributes({ namespace: 'default' });
    expect(Object.keys(customAttributes)).toEqual(expect.arrayContaining(Object.keys(SEARCH_ATTRIBUTES)));
    await Promise.all([one.close(), other.close()]);
  });
});
