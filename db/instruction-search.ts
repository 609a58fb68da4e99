/** Looking instructions up: by person, loan, number, day, verb or state; a page, the sum of all, or all in a stream. */
import { eachRow } from './cursor.js';
import { instructionColumns, type Instruction } from './instructions.js';
import { accountsOfPeople } from './person-search.js';
import { row, rows, type Db, type Pool } from './pool.js';

/** Seconds (wall clock) of the bank's silence from which an outcome is called unknown. */
export const silenceSeconds = 30;

/** How an instruction stands: its state, or `unknown` while the bank is silent about one that was sent. */
export type Standing = Instruction['state'] | 'unknown';
export interface FoundInstruction extends Instruction { standing: Standing }

export const instructionSorts = ['-newest', 'request', 'amount', 'state', 'day'] as const;
const sortColumns: Record<string, string> = { newest: 'intended_at', request: 'request_no', amount: 'amount_fen', state: 'state', day: 'as_of' };

export interface InstructionQuery {
  /** The beginning of its number, or the whole number of a batch's detail. */
  requestNo?: string | undefined;
  loanNo?: string | undefined;
  /** People, also where they are only a party of a batch's detail; empty: nobody, so nothing is found. */
  personIds?: readonly string[] | undefined;
  /** The bank's number of one account, in the same sense. */
  userNo?: string | undefined;
  verb?: string | undefined;
  /** A standing, or `open`: not ended. */
  standing?: string | undefined;
  /** Business instants, from inclusive to exclusive, of the wish or of the bank's final word. */
  from?: string | undefined;
  to?: string | undefined;
  dayOf?: 'wish' | 'word';
  sort?: string;
  descending?: boolean;
}

const standingSql = `CASE WHEN state = 'sent' AND sent_at < clock_timestamp() - make_interval(secs => ${silenceSeconds}) THEN 'unknown' ELSE state END`;
const selectSql = `SELECT ${instructionColumns}, ${standingSql} AS standing FROM instruction`;

interface Where { sql: string; values: unknown[] }

/** Only what is asked for becomes a condition, so that each search takes its own index. */
async function whereOf(db: Db, by: InstructionQuery): Promise<Where> {
  const values: unknown[] = [];
  const given = (value: unknown): string => `$${values.push(value)}`;
  const conditions: string[] = [];
  if (by.requestNo) {
    const no = given(by.requestNo);
    conditions.push(`(starts_with(request_no, ${no}) OR request_no IN (SELECT batch_no FROM instruction_detail WHERE request_no = ${no}))`);
  }
  if (by.loanNo) conditions.push(`loan_no = ${given(by.loanNo)}`);
  if (by.personIds || by.userNo) {
    const accounts = given([...(by.userNo ? [by.userNo] : []), ...(by.personIds ? await accountsOfPeople(db, by.personIds) : [])]);
    conditions.push(`(user_no = ANY(${accounts}) OR request_no IN (SELECT batch_no FROM instruction_detail WHERE to_user_no = ANY(${accounts}) OR from_user_no = ANY(${accounts})))`);
  }
  if (by.verb) conditions.push(`verb = ${given(by.verb)}`);
  if (by.standing === 'open') conditions.push(`state NOT IN ('done', 'refused')`);
  else if (by.standing === 'unknown') conditions.push(`${standingSql} = 'unknown'`);
  else if (by.standing) conditions.push(`state = ${given(by.standing)}`);
  const day = by.dayOf === 'word' ? 'done_at' : 'as_of';
  if (by.from) conditions.push(`${day} >= ${given(by.from)}`);
  if (by.to) conditions.push(`${day} < ${given(by.to)}`);
  return { sql: conditions.length > 0 ? ` WHERE ${conditions.join(' AND ')}` : '', values };
}

const orderOf = ({ sort, descending = true }: InstructionQuery): string => ` ORDER BY ${sortColumns[sort ?? 'newest'] ?? 'intended_at'} ${descending ? 'DESC' : 'ASC'}, request_no`;

/** One page; the newest first unless another sort is asked for. */
export async function searchInstructions(db: Db, by: InstructionQuery & { limit?: number; offset?: number }): Promise<FoundInstruction[]> {
  const { sql, values } = await whereOf(db, by);
  return rows<FoundInstruction>(db, `${selectSql}${sql}${orderOf(by)} LIMIT $${values.length + 1} OFFSET $${values.length + 2}`, [...values, by.limit ?? 100, by.offset ?? 0]);
}

export interface InstructionTotals { instructions: number; open: number; amountFen: number }

/** Of all that fit, not only of the page. */
export async function instructionTotals(db: Db, by: InstructionQuery): Promise<InstructionTotals> {
  const { sql, values } = await whereOf(db, by);
  const found = await row<InstructionTotals>(
    db, `SELECT count(*)::int AS instructions, count(*) FILTER (WHERE state NOT IN ('done', 'refused'))::int AS open, coalesce(sum(amount_fen), 0)::bigint AS "amountFen" FROM instruction${sql}`, values);
  return found ?? { instructions: 0, open: 0, amountFen: 0 };
}

/** All that fit, one by one. */
export async function* eachInstruction(pool: Pool, by: InstructionQuery): AsyncGenerator<FoundInstruction> {
  const { sql, values } = await whereOf(pool, by);
  yield* eachRow<FoundInstruction>(pool, `${selectSql}${sql}${orderOf(by)}`, values);
}
