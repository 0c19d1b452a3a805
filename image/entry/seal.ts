/**
 * Runs in the image before the server: goes on only if the kernel was started as the image says and nobody handed
 * credentials in, then lets no kernel module in until the machine is off.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { checkKernelCommandLine } from './command-line.js';

const EXPECTED = '/usr/lib/sotto/kernel-command-line';
/** Where systemd leaves what SMBIOS, fw_cfg, the boot loader or the command line gave it. */
const CREDENTIALS = ['/run/credentials/@system', '/run/credentials/@encrypted'];

function refuse(reason: string): never {
  process.stderr.write(`${JSON.stringify({ event: 'boot-refused', reason })}\n`);
  process.exit(1);
}

if (!checkKernelCommandLine(readFileSync('/proc/cmdline', 'utf8'), readFileSync(EXPECTED, 'utf8'))) {
  refuse('kernel-command-line');
}
if (CREDENTIALS.some((folder) => existsSync(folder))) refuse('credentials');
writeFileSync('/proc/sys/kernel/modules_disabled', '1\n');
process.stderr.write(`${JSON.stringify({ event: 'boot-sealed' })}\n`);
