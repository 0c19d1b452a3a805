import type { Verdict } from '../client/index.js';
import { table } from './terminal.js';

/** A verdict, a line for each check. */
export function verdictTable({ checks }: Verdict): string {
  return table(
    checks.map(({ name, ok, code, detail }) => [
      ok ? '  ok  ' : ' FAIL ',
      name,
      ok ? detail : `${detail} [${code}]`,
    ]),
  );
}
