/** The loan's project at the bank (标的): made before the listing, changed with the loan's life. */
import { intend, latestTry, type Instruction } from '../../db/instructions.js';
import { carryOut, type BankDeps } from './carry-out.js';

type ProjectState = 'REPAYING' | 'FINISH' | 'MISCARRY';

/** Changes the project's state. After a final refusal a new call is a new try: whoever calls again has repaired the reason. */
export async function changeProject(deps: BankDeps, input: { loanNo: string; state: ProjectState; step: string; asOf: string }): Promise<Instruction> {
  const { loanNo, state, step, asOf } = input;
  const instruction = await newTryAfterRefusal(deps, { businessKey: `${loanNo}:${state.toLowerCase()}`, verb: 'change-project', loanNo, amountFen: 0, workflowId: loanNo, step, asOf, details: { state } });
  return carryOut(deps, instruction, ({ requestNo, asOf: businessTime }) => deps.custody.changeProject({ requestNo, projectNo: loanNo, state, businessTime }), asOf);
}

/** The open or done try of a business act, or the next one when the last was refused for good. */
export async function newTryAfterRefusal({ pool }: BankDeps, wish: Parameters<typeof intend>[1]): Promise<Instruction> {
  const last = await latestTry(pool, wish.businessKey);
  if (last && last.state !== 'refused') return last;
  return intend(pool, { ...wish, try: (last?.try ?? 0) + 1 });
}
