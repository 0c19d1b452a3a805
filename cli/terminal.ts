/** What goes to a person's terminal. Answers go to standard output, everything else to standard error. */
import type { Progress } from '../model/index.js';

export function print(text = ''): void {
  process.stdout.write(`${text}\n`);
}

export function note(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** Text of a model or a chat without what a terminal would obey: control characters but line feed and tab. */
export function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what has to go
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '');
}

const BAR = 28;

/** Progress bars: one that moves where somebody watches, a line for each finished step elsewhere. */
export function progressBars(titles: Readonly<Record<string, string>>): Progress {
  const moving = process.stderr.isTTY;
  let shown = '';
  return ({ stage, done, total }) => {
    const title = (titles[stage] ?? stage).padEnd(12);
    const share = total > 0 ? Math.min(1, done / total) : 1;
    const filled = Math.round(share * BAR);
    const line = `${title} [${'#'.repeat(filled)}${'.'.repeat(BAR - filled)}] ${String(Math.floor(share * 100)).padStart(3)} %`;
    if (line === shown) return;
    shown = line;
    if (moving) process.stderr.write(`\r${line}${share === 1 ? '\n' : ''}`);
    else if (share === 1) note(line);
  };
}

/** Rows of text under each other, columns wide enough for all of them. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
