/** The record of decisions (操作留痕): who did what to whom, and why. */
import { Router } from 'express';
import type { VNode } from 'preact';
import { searchActs, type RecordedAct } from '../../db/acts.js';
import type { AreaDeps } from '../area.js';
import { InstantText } from '../components/dates.js';
import { readListQuery, Table, type ListQuery } from '../components/table.js';
import { changeText } from '../desk/acts.js';
import { maxCsvRows, sendCsv } from '../desk/csv.js';
import { FilterForm, readFilters, type Filter } from '../desk/filters.js';
import { plainWords } from '../desk/words.js';
import { Layout, sendPage } from '../layout.js';
import { wantsJson } from '../visit.js';
import { maySeeMoney } from './roles.js';

const pageSize = 100;
const filters: readonly Filter[] = [{ name: 'actor', label: 'By whom', size: 12 }, { name: 'verb', label: 'What', size: 16 }, { name: 'role', label: 'In the role', size: 10 }];

export function actsRouter({ pool }: AreaDeps): Router {
  const router = Router();
  router.get('/operations/acts', maySeeMoney, async (request, response) => {
    const list = readListQuery(request.query, ['newest']);
    const values = readFilters(request.query, filters);
    const search = (limit: number, offset: number) => searchActs(pool, { subject: list.search || null, actor: values['actor'] ?? null, verb: values['verb'] ?? null, role: values['role'] ?? null, limit, offset });
    if (list.csv) {
      return sendCsv(response, 'acts', ['id', 'wall clock', 'business time', 'actor', 'role', 'what', 'on', 'before', 'after', 'why', 'second person'], (await search(maxCsvRows, 0)).map((act) => [
        act.id, act.at, act.businessAt, act.actor, act.role, act.verb, act.subject, json(act.before), json(act.after), act.why, act.secondPerson,
      ]));
    }
    const found = await search(pageSize + 1, (list.page - 1) * pageSize);
    const acts = found.slice(0, pageSize);
    if (wantsJson(request)) return void response.json({ acts, page: list.page, hasMore: found.length > pageSize });
    sendPage(response, <ActsPage acts={acts} list={list} values={values} hasMore={found.length > pageSize} />);
  });
  return router;
}

const json = (value: unknown): string | null => (value === null || value === undefined ? null : JSON.stringify(value));

function ActsPage({ acts, list, values, hasMore }: { acts: RecordedAct[]; list: ListQuery; values: Record<string, string>; hasMore: boolean }): VNode {
  return (
    <Layout title="Record of decisions" wide>
      <p class="small">Append-only: the database refuses to change or delete an entry.</p>
      <FilterForm action="/operations/acts" filters={filters} values={values} search={{ label: 'On (loan, person, request)', list }} />
      <Table
        caption="Acts" rows={acts} empty="None here, because nothing has been decided yet or none fits the filter." list={{ ...list, path: '/operations/acts', hasMore, download: true, filters: values }}
        columns={[
          { heading: 'No.', cell: (act) => act.id }, { heading: 'Business time', cell: (act) => <InstantText at={act.businessAt ?? act.at} /> }, { heading: 'By', cell: (act) => <>{act.actor} <span class="small">{act.role}{act.secondPerson ? `, with ${act.secondPerson}` : ''}</span></> },
          { heading: 'What', cell: (act) => plainWords(act.verb) }, { heading: 'On', cell: (act) => act.subject }, { heading: 'Change', cell: (act) => <span class="small">{act.after === null ? '' : changeText(act.before, act.after)}</span> }, { heading: 'Why', cell: (act) => act.why ?? '' },
          { heading: 'Wall clock', cell: (act) => <span class="small"><InstantText at={act.at} /></span> },
        ]}
      />
    </Layout>
  );
}
