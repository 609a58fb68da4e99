import { DEFAULT_PRODUCTS, type Product } from '../../domain/product.js';
import type { ProfileId } from '../../domain/regulation.js';

/** The product that natural persons are offered under this profile, or null when there is none. */
export function productOf(profile: ProfileId): Product | null {
  return DEFAULT_PRODUCTS[profile].find((product) => product.borrower === 'natural') ?? null;
}
