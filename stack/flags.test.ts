import { readFlags } from './flags.js';

describe('the flags of npm start', () => {
  it('say where, how fast and for whom', () => {
    expect(readFlags(['--data', '/srv/t', '--port', '9000', '--speed', '60', '--stepped', '--no-people', '--profile', 'us', '--start', '2026-01-01T00:00:00Z'], {}, '.data')).toMatchObject({
      dataFolder: '/srv/t',
      ports: 9000,
      speed: 60,
      stepped: true,
      people: false,
      profile: 'us',
      startAt: '2026-01-01T00:00:00.000Z',
    });
  });

  it('take the data folder from TRIBUTARY_DATA, or else the default', () => {
    expect(readFlags([], { TRIBUTARY_DATA: '/srv/mine' }, '.data')?.dataFolder).toBe('/srv/mine');
    expect(readFlags([], { TRIBUTARY_DATA: '' }, '.data')).toMatchObject({ dataFolder: '.data', people: true });
  });

  it.each([
    [['--port', '0']],
    [['--port', '80.5']],
    [['--speed', 'fast']],
    [['--profile', 'mars']],
    [['--start', 'yesterday']],
    [['--sped', '3']],
  ])('refuse %j in a sentence', (args) => {
    expect(() => readFlags(args, {}, '.data')).toThrow(expect.objectContaining({ name: 'Advice' }) as Error);
  });
});
