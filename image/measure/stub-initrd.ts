/**
 * The initrd that systemd's stub hands to the kernel: the image's own, and an archive of what the stub adds (systemd 257,
 * sd-stub: `.extra/os-release`), in the kernel's buffer format (Documentation/driver-api/early-userspace/buffer-format.rst).
 */

const FOLDER = 0o040000;
const FILE = 0o100000;

/** @param initrd the section `.initrd`; @param osRelease the section `.osrel` */
export function stubInitrd(initrd: Buffer, osRelease: Buffer): Buffer {
  return Buffer.concat([
    padded(initrd),
    entry('.extra', FOLDER | 0o555, 1, Buffer.alloc(0)),
    entry('.extra/os-release', FILE | 0o444, 2, osRelease),
    entry('TRAILER!!!', 0, 0, Buffer.alloc(0)),
  ]);
}

function entry(name: string, mode: number, inode: number, content: Buffer): Buffer {
  const words = [inode, mode, 0, 0, 1, 0, content.length, 0, 0, 0, 0, name.length + 1, 0];
  // The stub writes what it makes in small digits, and the trailer's one length in a capital.
  const digits = words.map((word) => word.toString(16).padStart(8, '0')).join('');
  const header = `070701${mode === 0 ? digits.toUpperCase() : digits}`;
  return Buffer.concat([padded(Buffer.from(`${header}${name}\0`, 'latin1')), padded(content)]);
}

function padded(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)]);
}
