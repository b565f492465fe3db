import { z } from 'zod';

const hash = z.string().regex(/^[0-9a-f]{64}$/);
const count = z.number().int().nonnegative();
const tableName = z.string().regex(/^[a-zA-Z_][a-zA-Z0-9_$]{0,62}$/);

/** The form of an archive; raised when an older program could not read a newer one. */
export const ARCHIVE_FORM = 1;

/** `manifest.json` of an archive: what is in it, and how to see that it is whole. See docs/operations/backup.md. */
export const MANIFEST = z.object({
  format: z.literal('tianchou-backup'),
  form: z.literal(ARCHIVE_FORM),
  /** Version of the program that wrote it. */
  version: z.string(),
  engine: z.enum(['embedded', 'postgresql']),
  /** What the engine says of itself, for people. */
  engineVersion: z.string(),
  createdAt: z.string(),
  /** The schema the rows belong to: every migration that had run. */
  migrations: z.array(z.object({ number: z.number().int(), name: z.string(), checksum: hash })),
  tables: z.array(
    z.object({
      name: tableName,
      columns: z.array(z.object({ name: z.string().min(1).max(63), type: z.string().min(1) })).min(1),
      rows: count,
      /** Sum of the SHA-256 of every line, modulo 2^256 (content-hash.ts). */
      content: hash,
      /** SHA-256 of `tables/NAME.ndjson` as it lies in the archive, unpacked. */
      sha256: hash,
      bytes: count,
    }),
  ),
  /** Tables whose rows are not part of a backup: sessions and the like. */
  leftOut: z.array(tableName),
  sequences: z.array(z.object({ name: z.string(), last: z.number().int(), called: z.boolean() })),
  /** The newest event of every audit chain. */
  auditHeads: z.array(z.object({ chain: z.string(), sequence: count, hash })),
  /** False: the files were left where they are (automatic backups, which lie beside them). */
  filesIncluded: z.boolean(),
  /** Delivered files and results, named by their SHA-256. */
  files: z.array(z.object({ sha256: hash, bytes: count })),
});

export type Manifest = z.infer<typeof MANIFEST>;
export type TableEntry = Manifest['tables'][number];
export type AuditHead = Manifest['auditHeads'][number];

export const MANIFEST_NAME = 'manifest.json';
export const tablePath = (name: string): string => `tables/${name}.ndjson`;
export const filePath = (sha256: string): string => `files/${sha256}`;
