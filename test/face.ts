/**
 * What shared/FACE.md asks of every page, as far as a machine can see it: says in sentences what is wrong with a page.
 * Looks at what the server sends; what only a browser knows (widths, colours) is not here.
 */
import type { CheerioAPI } from 'cheerio';
import type { Page } from '../stack/visitor.js';

type Rule = ($: CheerioAPI) => string[];

const text = ($: CheerioAPI, selector: string): string[] => $(selector).map((_, each) => $(each).text().trim()).get();
const money = /^[+-]?-?¥[\d,]+\.\d{2}$/;

const title: Rule = ($) => {
  const [own = '', house = ''] = $('title').text().split(' · ');
  return own.trim().length > 2 && house ? [] : [`the title “${$('title').text()}” says nothing in a browser's history`];
};

const oneHeading: Rule = ($) => {
  const headings = text($, 'h1');
  return headings.length === 1 && headings[0] ? [] : [`${headings.length} headings of the first rank, not one: ${headings.join(' | ')}`];
};

const frame: Rule = ($) => [
  ...($('html').attr('lang') ? [] : ['the page does not say its language']), ...($('meta[name=viewport]').length === 1 ? [] : ['no viewport for narrow screens']), ...($('main').length === 1 ? [] : ['not one main part']),
];

const labels: Rule = ($) => $('input, select, textarea').toArray().flatMap((each) => {
  const field = $(each);
  if (field.attr('type') === 'hidden') return [];
  const id = field.attr('id');
  const label = field.closest('label').text() || (id ? $(`label[for="${id}"]`).text() : '') || field.attr('aria-label');
  return label?.trim() ? [] : [`the field ${field.attr('name') ?? '?'} has no label`];
});

const ids: Rule = ($) => {
  const all = $('[id]').map((_, each) => $(each).attr('id')).get();
  return [...new Set(all.filter((id, index) => all.indexOf(id) !== index))].map((id) => `the id ${id} stands twice`);
};

const references: Rule = ($) => $('[aria-describedby]').toArray().flatMap((each) => ($(each).attr('aria-describedby') ?? '').split(' ').filter((id) => $(`[id="${id}"]`).length !== 1).map((id) => `described by ${id}, which is not there`));

const forms: Rule = ($) => $('main form').toArray().flatMap((each) => {
  const form = $(each);
  const name = form.attr('data-form') ?? '?';
  const buttons = form.find('button');
  const foreign = form.is('[data-handover]');
  return [
    ...(form.attr('data-form') ? [] : ['a form without a name']),
    ...(form.attr('method') === 'post' && !foreign && form.find('input[name=_csrf], input[name=key]').length !== 2 ? [`the form ${name} lacks its token or key`] : []),
    ...(buttons.length === 1 ? [] : [`the form ${name} has ${buttons.length} buttons`]),
    ...buttons.toArray().flatMap((button) => (/^(submit|ok|send|)$/i.test($(button).text().trim()) ? [`the button of ${name} does not say what it does`] : [])),
  ];
});

/** Each table scrolls by itself, is named, and has money and its heading on the right. */
const tables: Rule = ($) => $('table').toArray().flatMap((each) => {
  const table = $(each);
  const name = table.find('caption').text();
  const headings = table.find('thead th');
  const wrong = table.find('tbody td, tfoot td').toArray().filter((cell) => money.test($(cell).text().trim()) && !($(cell).hasClass('number') && headings.eq($(cell).index()).hasClass('number')));
  return [
    ...(name ? [] : ['a table without a caption']), ...(table.closest('.scroll').length === 1 ? [] : [`the table ${name} widens the page on a narrow screen`]),
    ...(headings.toArray().every((heading) => $(heading).attr('scope') === 'col' && $(heading).text().trim()) ? [] : [`a column of ${name} has no heading`]),
    ...wrong.slice(0, 1).map((cell) => `${$(cell).text()} in ${name} is not on the right`),
  ];
});

const empties: Rule = ($) => text($, '.empty').filter((said) => !said.includes('because')).map((said) => `“${said}” does not say why there is nothing`);
const amounts: Rule = ($) => [...$('main').text().matchAll(/¥\d{4,}|¥[\d,]+\.\d(?!\d)/g)].map(([amount]) => `${amount} lacks separators or decimals`);
const leftovers: Rule = ($) => [...$('main').clone().find('pre, textarea').remove().end().text().matchAll(/\bundefined\b|\bNaN\b|\[object Object\]|Invalid Date/g)].map(([word]) => `“${word}” stands on the page`);
const links: Rule = ($) => $('a').toArray().flatMap((each) => ($(each).text().trim() && $(each).attr('href') && $(each).attr('href') !== '#' ? [] : [`a link without words or without an end: ${$.html(each)}`]));
const states: Rule = ($) => $('.state').toArray().flatMap((each) => ($(each).find('.badge').text().trim() && $(each).find('p').text().trim().length > 15 ? [] : ['a state without its word or its sentence']));
const moneyActs: Rule = ($) => $('.money-act').toArray().flatMap((each) => {
  const lines = $(each).find('dt').map((_, line) => $(line).text()).get().join();
  const filled = $(each).find('dd').toArray().every((line) => $(line).text().trim());
  return lines === 'What moves,From whom to whom,What it costs,When it is final' && filled ? [] : [`a money act without its four lines: ${lines}`];
});

const rules: readonly Rule[] = [title, oneHeading, frame, labels, ids, references, forms, tables, empties, amounts, leftovers, links, states, moneyActs];

/** What is wrong with a page, one sentence each; an error page also has to say why, what to do, and a code. */
export function faultsOf(page: Pick<Page, '$' | 'status'>): string[] {
  const { $, status } = page;
  const faults = rules.flatMap((rule) => rule($));
  if (status < 400 || status === 422) return faults;
  return [...faults, ...($('[role=alert] p').length >= 2 ? [] : ['an error without why and what to do']), ...($('main p.small').toArray().some((each) => /^Code \S+/.test($(each).text())) ? [] : ['an error without a code'])];
}
