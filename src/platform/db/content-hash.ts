import { createHash } from 'node:crypto';

const WORDS = 8;
/** Sums of so many 32-bit words still are whole numbers in a double. */
const CARRY_EVERY = 2 ** 20;

/**
 * What a table holds, whatever the order of its rows: the sum of the SHA-256 of every row, modulo 2^256. Two databases read
 * their rows in different orders, and sorting a county's geometry to compare it would cost more than copying it.
 *
 * It finds loss, doubling and change; against forgery stand the audit chains and the SHA-256 of the archive.
 */
export class ContentHash {
  private readonly sums = new Float64Array(WORDS);
  private sinceCarry = 0;
  /** Rows added. */
  rows = 0;

  /** Adds a row, as the text both engines give for it. */
  add(row: string | Uint8Array): void {
    const digest = createHash('sha256').update(row).digest();
    for (let word = 0; word < WORDS; word++) this.sums[word]! += digest.readUInt32BE(word * 4);
    this.rows++;
    if (++this.sinceCarry === CARRY_EVERY) this.carry();
  }

  /** 64 hexadecimal digits. */
  hex(): string {
    this.carry();
    return Array.from(this.sums, (word) => word.toString(16).padStart(8, '0')).join('');
  }

  private carry(): void {
    this.sinceCarry = 0;
    for (let word = WORDS - 1; word >= 0; word--) {
      const over = Math.floor(this.sums[word]! / 2 ** 32);
      this.sums[word]! -= over * 2 ** 32;
      if (word > 0) this.sums[word - 1]! += over;
    }
  }
}
