/**
 * What Temporal's UI can list and sort loans by. Ids, dates and codes only: search attributes are never encrypted.
 * SQL visibility holds at most ten Keyword attributes and three of every other type.
 */
export const SEARCH_ATTRIBUTES = {
  LoanState: 'Keyword',
  LoanOwner: 'Keyword',
  Grade: 'Keyword',
  Segment: 'Keyword',
  NextDate: 'Datetime',
  DaysPastDue: 'Int',
} as const;
