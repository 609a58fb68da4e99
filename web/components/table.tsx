import type { ComponentChildren, VNode } from 'preact';
import { Empty } from './state.js';

export interface Column<R> {
  heading: string;
  cell: (row: R) => ComponentChildren;
  /** Numbers and amounts line up on the right. */
  number?: boolean;
  /** Name by which the list can be sorted (see {@link readListQuery}). */
  sort?: string;
  /** What stands at the bottom. */
  total?: ComponentChildren;
}

export interface TableProps<R> {
  caption: string;
  columns: readonly Column<R>[];
  rows: readonly R[];
  /** "… because …": said when there is nothing. */
  empty: ComponentChildren;
  /** Where a row leads; its first cell is the link. */
  href?: (row: R) => string;
  /** Present when the list can be sorted, paged or downloaded. */
  list?: ListQuery & { path: string; hasMore: boolean; download?: boolean; filters?: Record<string, string> };
}

/** A table that scrolls by itself on a narrow screen; the header stays, totals stand at the bottom. */
export function Table<R>(props: TableProps<R>): VNode {
  if (props.rows.length === 0 && (props.list?.page ?? 1) === 1) return <Empty>{props.empty}</Empty>;
  const { columns, list } = props;
  return (
    <>
      <div class="scroll" tabIndex={0} role="region" aria-label={props.caption}>
        <table>
          <caption class="unseen">{props.caption}</caption>
          <thead><tr>{columns.map((column) => <th key={column.heading} scope="col" class={column.number ? 'number' : ''} aria-sort={sortedBy(column, list)}><Heading column={column} list={list} /></th>)}</tr></thead>
          <tbody>
            {props.rows.map((row, index) => (
              <tr key={index}>{columns.map((column, place) => <Cell key={column.heading} column={column} row={row} href={place === 0 ? props.href : undefined} />)}</tr>
            ))}
          </tbody>
          {columns.some((column) => column.total !== undefined)
            ? <tfoot><tr>{columns.map((column) => <td key={column.heading} class={column.number ? 'number' : ''}>{column.total ?? ''}</td>)}</tr></tfoot> : null}
        </table>
      </div>
      {list ? <Pager list={list} /> : null}
    </>
  );
}

function Cell<R>({ column, row, href }: { column: Column<R>; row: R; href: ((row: R) => string) | undefined }): VNode {
  const content = column.cell(row);
  return <td class={column.number ? 'number' : ''}>{href ? <a class="row" href={href(row)}>{content}</a> : content}</td>;
}

/** How the column is sorted, for those who hear the table. */
function sortedBy<R>(column: Column<R>, list: TableProps<R>['list']): 'ascending' | 'descending' | undefined {
  if (!list || !column.sort || list.sort !== column.sort) return undefined;
  return list.descending ? 'descending' : 'ascending';
}

function Heading<R>({ column, list }: { column: Column<R>; list: TableProps<R>['list'] }): VNode {
  if (!list || !column.sort) return <>{column.heading}</>;
  const mine = list.sort === column.sort;
  const sort = mine && !list.descending ? `-${column.sort}` : column.sort;
  return <a href={listAddress(list, { sort })}>{column.heading}{mine ? (list.descending ? ' ↓' : ' ↑') : ''}</a>;
}

function Pager<R>({ list }: { list: NonNullable<TableProps<R>['list']> }): VNode {
  return (
    <p class="pager small">
      {list.page > 1 ? <a href={listAddress(list, { page: String(list.page - 1) })}>← Previous</a> : null}
      {list.page > 1 || list.hasMore ? <span>Page {list.page}</span> : null}
      {list.hasMore ? <a href={listAddress(list, { page: String(list.page + 1) })}>Next →</a> : null}
      {list.download ? <a href={listAddress(list, { format: 'csv' })}>Download (CSV)</a> : null}
    </p>
  );
}

/** How a list is asked for: `?sort=-due&page=2&q=text`. */
export interface ListQuery { sort: string; descending: boolean; page: number; search: string; csv: boolean }

/** Reads a list's query; an unknown sort falls back to the first allowed one (a leading `-` = descending). */
export function readListQuery(query: Record<string, unknown>, sorts: readonly [string, ...string[]]): ListQuery {
  const asked = typeof query['sort'] === 'string' ? query['sort'] : sorts[0];
  const allowed = sorts.map((sort) => sort.replace(/^-/, ''));
  const chosen = allowed.includes(asked.replace(/^-/, '')) ? asked : sorts[0];
  const page = Number(query['page']);
  return {
    sort: chosen.replace(/^-/, ''), descending: chosen.startsWith('-'),
    page: Number.isInteger(page) && page > 0 && page < 100_000 ? page : 1,
    search: typeof query['q'] === 'string' ? query['q'].slice(0, 100) : '', csv: query['format'] === 'csv',
  };
}

function listAddress(list: ListQuery & { path: string; filters?: Record<string, string> }, change: Record<string, string>): string {
  const now: Record<string, string> = { ...list.filters, sort: `${list.descending ? '-' : ''}${list.sort}` };
  if (list.search) now['q'] = list.search;
  return `${list.path}?${new URLSearchParams({ ...now, ...change }).toString()}`;
}
