/** Papers that were handed in: sealed, never changed, found again by number, with the hash of what was handed in. */
import { createHash } from 'node:crypto';
import type { MediaType } from '../domain/paper.js';
import { row, type Db } from './pool.js';
import type { Vault } from './vault.js';

export interface NewDocument {
  content: Buffer;
  mediaType: MediaType;
  uploadedBy: string;
  /** Business time, ISO. */
  at: string;
}

/** Keeps a paper; call it in the transaction that writes what it is for. */
export async function keepDocument(tx: Db, vault: Vault, { content, mediaType, uploadedBy, at }: NewDocument): Promise<{ id: number; sha256: string }> {
  const sha256 = createHash('sha256').update(content).digest('hex');
  const kept = await row<{ id: number }>(
    tx, 'INSERT INTO document (sha256, media_type, bytes, content_cipher, uploaded_by, uploaded_at) VALUES ($1, $2, $3, $4, $5, $6) RETURNING id',
    [sha256, mediaType, content.length, vault.seal(content.toString('base64')), uploadedBy, at]);
  if (!kept) throw new RangeError('an insert answers its row');
  return { id: kept.id, sha256 };
}

/** The paper as it was handed in. @throws Error when what is kept is not what its hash says. */
export async function openDocument(db: Db, vault: Vault, id: number): Promise<{ content: Buffer; mediaType: MediaType; sha256: string } | null> {
  const kept = await row<{ sha256: string; mediaType: MediaType; cipher: string }>(db, 'SELECT sha256, media_type AS "mediaType", content_cipher AS cipher FROM document WHERE id = $1', [id]);
  if (!kept) return null;
  const content = Buffer.from(vault.open(kept.cipher), 'base64');
  if (createHash('sha256').update(content).digest('hex') !== kept.sha256) throw new Error(`document ${id} is not what was handed in`);
  return { content, mediaType: kept.mediaType, sha256: kept.sha256 };
}
