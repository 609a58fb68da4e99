import { plant } from '../../test/plant.js';
import { checkFileNames } from './file-names.mjs';

function violations(files: Record<string, string>): string[] {
  const project = plant(files);
  try {
    return checkFileNames(project.root);
  } finally {
    project.remove();
  }
}

describe('the rules for names', () => {
  it.each(['web/utils.ts', 'db/helpers.ts', 'domain/common.ts', 'risk/misc.ts', 'stack/manager.ts', 'web/helpers/form.ts', 'web/date-utils.ts'])('refuse %s', (path) => {
    expect(violations({ [path]: '' })).toEqual([`${path}: the name says nothing (file-name)`]);
  });

  it.each(['web/commonwealth.ts', 'domain/schedule.ts', 'risk/utilisation.ts'])('accept %s', (path) => {
    expect(violations({ [path]: '' })).toEqual([]);
  });

  it('refuse a file too long to read', () => {
    expect(violations({ 'domain/schedule.ts': '\n'.repeat(500) })).toEqual(['domain/schedule.ts: 501 lines, more than 400 (file-length)']);
  });
});
