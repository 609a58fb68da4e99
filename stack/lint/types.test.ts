import { plant } from '../../test/plant.js';
import { checkTypes } from './types.mjs';

describe('the check of types', () => {
  it('finds a number where a text is promised', async () => {
    const project = plant({ 'domain/loan.ts': "export const amountFen: number = 'much';\n" });
    expect((await checkTypes(project.root)).join()).toContain('domain/loan.ts(1,14): error TS2322');
    project.remove();
  });
});
