import type { Json } from '../kernel/index.ts';
import { recordEvent } from '../modules/audit/server.ts';
import type { RecordJobEnd } from '../platform/jobs/index.ts';

/** Identifiers a job was given: its end belongs to the history of these objects. */
function aboutOf(input: Json): string[] {
  return typeof input === 'object' && input !== null && !Array.isArray(input)
    ? Object.entries(input).flatMap(([key, value]) => (key.endsWith('Id') && typeof value === 'string' ? [value] : []))
    : [];
}

function countyOf(divisionCode: string): string | null {
  return /^\d{6}/.test(divisionCode) ? divisionCode.slice(0, 6) : null;
}

/** The event of a job that failed or was cancelled, of the person who asked for it. A job done leaves the event of its outcome. */
export const recordJobEnd: RecordJobEnd = (tx, asked, { jobId, kind, input, code }) =>
  recordEvent(tx, asked, {
    operation: 'jobs.end',
    objectKind: 'job',
    objectId: jobId,
    countyCode: countyOf(asked.divisionCode),
    result: code,
    detail: { kind, about: aboutOf(input) },
  });
