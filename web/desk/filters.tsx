/** What a list is narrowed by. */
import type { VNode } from 'preact';
import { isValidDate } from '../../domain/dates.js';
import type { ListQuery } from '../components/table.js';

export interface Filter {
  name: string; label: string; options?: readonly { value: string; text: string }[]; size?: number;
  /** A business day. */
  day?: boolean;
}

/** The filters of a query that are set, as text of reasonable length; unknown choices are left out. */
export function readFilters(query: Record<string, unknown>, filters: readonly Filter[]): Record<string, string> {
  const found: Record<string, string> = {};
  for (const { name, options, day } of filters) {
    const value = typeof query[name] === 'string' ? query[name].trim().slice(0, 100) : '';
    if (day && !isValidDate(value)) continue;
    if (value !== '' && (!options || options.some((option) => option.value === value))) found[name] = value;
  }
  return found;
}

/** The form above a list. Without a button pressed nothing changes; it works without JavaScript. */
export function FilterForm({ action, filters, values, search }: { action: string; filters: readonly Filter[]; values: Record<string, string>; search?: { label: string; list: ListQuery } }): VNode {
  return (
    <form method="get" action={action} data-form="filter" class="filter">
      {search ? <label>{search.label} <input name="q" value={search.list.search} size={16} maxLength={100} accessKey="f" /></label> : null}
      {filters.map((filter) => (
        <label key={filter.name}>{filter.label} {filter.options ? (
          <select name={filter.name}>
            <option value="">all</option>
            {filter.options.map((option) => <option key={option.value} value={option.value} selected={values[filter.name] === option.value}>{option.text}</option>)}
          </select>
        ) : filter.day ? <input type="date" name={filter.name} value={values[filter.name] ?? ''} /> : <input name={filter.name} value={values[filter.name] ?? ''} size={filter.size ?? 14} maxLength={100} />}
        </label>
      ))}
      <button>Show</button> <a href={action}>Show all</a>
    </form>
  );
}
