import type { Purpose } from '../../domain/purposes.js';

/** What a loan may be for, as borrowers and lenders read it. */
export const purposeWords: Record<Purpose, string> = {
  debt_consolidation: 'Repaying several debts with one', credit_card: 'Repaying credit cards', home_improvement: 'Improving my home', major_purchase: 'A larger purchase',
  small_business: 'My small business', car: 'A car', wedding: 'A wedding', medical: 'Medical treatment', moving: 'Moving', vacation: 'A journey', house: 'Costs of a house (no down payment)',
  educational: 'Training for work', renewable_energy: 'Renewable energy', other: 'Something else',
};

export function purposeText(code: string): string {
  return (purposeWords as Record<string, string>)[code] ?? code;
}
