/** What systemd itself says of the sandboxes of our services: the version that the image has, from the build's tools. */
import { spawnSync } from 'node:child_process';
import { copyFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const TOOLS = '.sotto/image/tools';

it.each(['sotto.service', 'sotto-seal.service'])('%s has an exposure under 1.5', (unit) => {
  const name = `sotto-test-${process.pid}-${unit}`;
  const there = join(TOOLS, 'srv', name);
  copyFileSync(join('image/root/usr/lib/systemd/system', unit), there);
  try {
    const analyze = ['/usr/bin/systemd-analyze', 'security', '--offline=true', '--threshold=14'];
    const { status, stdout, stderr } = spawnSync('chroot', [TOOLS, ...analyze, `/srv/${name}`], {
      encoding: 'utf8',
    });
    expect(stdout).toMatch(/Overall exposure level for .*: [01]\.\d OK/);
    expect([status, stderr.match(/Failed to parse|Unknown key/g)]).toEqual([0, null]);
  } finally {
    rmSync(there);
  }
});
