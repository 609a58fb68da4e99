import { cnCalendar } from './calendar.js';
import { disclosureDate, fundraisingDeadline, limitation, retention } from './deadlines.js';

describe('deadlines', () => {
  it('fundraising ends on the twentieth working day after publishing', () => {
    expect(fundraisingDeadline('cn', '2025-09-26', cnCalendar)).toBe('2025-10-30');
    expect(fundraisingDeadline('us', '2025-09-26', cnCalendar)).toBeUndefined();
  });

  it('disclosure is due on the fifth working day, as of the month before', () => {
    expect(disclosureDate('cn', '2025-10', cnCalendar)).toEqual({ publishBy: '2025-10-14', asOf: '2025-09-30' });
    expect(disclosureDate('us', '2025-10', cnCalendar)).toBeUndefined();
  });

  it('records may be purged the day after five years', () => {
    expect(retention('cn', '2025-06-30', '2030-06-30')).toEqual({ mayPurge: false, keepUntil: '2030-06-30' });
    expect(retention('cn', '2025-06-30', '2030-07-01').mayPurge).toBe(true);
  });
});

describe('limitation', () => {
  const plain = { profile: 'cn' as const, lastInstalmentDue: '2021-01-15', interruptions: [] as string[] };

  it('runs three years from the last instalment, its last day included', () => {
    expect(limitation({ ...plain, on: '2024-01-15' })).toEqual({ timeBarred: false, expiresOn: '2024-01-15' });
    expect(limitation({ ...plain, on: '2024-01-16' }).timeBarred).toBe(true);
  });

  it('starts anew on each interruption, in whatever order they are given', () => {
    expect(limitation({ ...plain, interruptions: ['2024-05-01', '2022-06-01'], on: '2027-05-01' })).toEqual({ timeBarred: false, expiresOn: '2027-05-01' });
  });

  it('is not revived by a demand after it ran out', () => {
    expect(limitation({ ...plain, interruptions: ['2024-02-01'], on: '2024-03-01' })).toEqual({ timeBarred: true, expiresOn: '2024-01-15' });
  });

  it('does not begin before the last instalment, however early the demand', () => {
    expect(limitation({ ...plain, interruptions: ['2020-06-01'], on: '2023-12-31' }).timeBarred).toBe(false);
  });

  it('ignores what has not happened yet', () => {
    expect(limitation({ ...plain, interruptions: ['2023-06-01'], on: '2022-01-01' }).expiresOn).toBe('2024-01-15');
  });

  it('runs from acceleration when the debt was called', () => {
    expect(limitation({ ...plain, acceleratedOn: '2020-03-01', on: '2023-03-02' })).toEqual({ timeBarred: true, expiresOn: '2023-03-01' });
  });

  it('does not exist where the profile has none', () => {
    expect(limitation({ ...plain, profile: 'us', on: '2099-01-01' })).toEqual({ timeBarred: false });
  });
});
