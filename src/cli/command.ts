import type { Command } from 'commander';
import type { Terminal } from './terminal.ts';

/** Registers one command with the program. Its action leaves the exit code in `outcome`. */
export type Registrar = (program: Command, terminal: Terminal, outcome: Outcome) => void;

/** The exit code a command decided on. */
export interface Outcome {
  code: number;
}
