import { renderToString } from 'preact-render-to-string';
import { distanceText } from './dates.js';
import { Facts } from './facts.js';
import { moneyText } from './money.js';
import { Rate } from './rate.js';
import { readListQuery, Table } from './table.js';

describe('figures on pages', () => {
  it('are money with currency, separators and two decimals', () => {
    expect([moneyText(0), moneyText(123_456_789), moneyText(-5)]).toEqual(['¥0.00', '¥1,234,567.89', '-¥0.05']);
  });

  it('are rates with the all-in cost beside them', () => {
    expect(renderToString(<Rate bps={1_200} allInPercent="12.6825" />)).toContain('12.00 % a year (APR 12.68 %)');
    expect(renderToString(<Rate bps={780} />)).toContain('7.80 % a year<');
  });

  it('are dates with how far away they are', () => {
    expect(['2026-11-22', '2026-11-23', '2026-11-25', '2026-11-21', '2026-10-22'].map((date) => distanceText('2026-11-22', date))).toEqual(['today', 'tomorrow', 'in 3 days', 'yesterday', '31 days ago']);
  });

  it('are left out when there are none', () => {
    expect(renderToString(<Facts facts={[['There', '1'], ['Not there', null]]} />)).not.toContain('Not there');
  });
});

describe('a table', () => {
  const columns = [{ heading: 'No.', cell: (row: { no: number; name: string }) => row.no, sort: 'no' }, { heading: 'Name', cell: (row: { no: number; name: string }) => row.name, total: 'two' }];
  const list = { ...readListQuery({ sort: '-no', page: '2', q: 'a&b' }, ['no']), path: '/desk', hasMore: true, download: true };

  it('escapes what people wrote', () => {
    const html = renderToString(<Table caption="People" columns={columns} rows={[{ no: 1, name: '<script>alert(1)</script>' }]} empty="none" />);
    expect(html).not.toContain('<script>');
    expect(html).toContain('<tfoot>');
  });

  it('says why there is nothing', () => {
    expect(renderToString(<Table caption="People" columns={columns} rows={[]} empty="Nothing here yet, because nobody came." />)).toContain('because nobody came');
  });

  it('leads to the other order, the next page and the download, keeping the search', () => {
    const html = renderToString(<Table caption="People" columns={columns} rows={[{ no: 1, name: 'a' }]} empty="none" list={list} />);
    expect(html).toContain('/desk?sort=no&amp;q=a%26b');
    expect(html).toContain('sort=-no&amp;q=a%26b&amp;page=3');
    expect(html).toContain('format=csv');
  });

  it('is asked for in an order it knows, on a page that exists', () => {
    expect(readListQuery({ sort: 'password', page: '-1', q: ['x'] }, ['due', 'no'])).toEqual({ sort: 'due', descending: false, page: 1, search: '', csv: false });
    expect(readListQuery({ sort: '-no', page: '3', format: 'csv' }, ['due', 'no'])).toMatchObject({ sort: 'no', descending: true, page: 3, csv: true });
  });
});
