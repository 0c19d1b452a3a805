/**
 * What firmware and systemd's stub measure when a machine boots the image from its disk: the same events whether they go to
 * the PCRs of a TPM or to the RTMRs of a TD (UEFI 2.10, §38.4.1).
 */
import { createHash } from 'node:crypto';
import { gptEvent } from './gpt.js';
import { authenticode, peSections } from './pe.js';
import { stubInitrd } from './stub-initrd.js';

type Algorithm = 'sha256' | 'sha384';

export interface BootEvent {
  readonly pcr: number;
  readonly what: string;
  readonly digest: Buffer;
}

/** Sections that the stub of systemd 257 measures, in its order, each as its name and its content. */
const MEASURED = [
  '.linux',
  '.osrel',
  '.cmdline',
  '.initrd',
  '.ucode',
  '.splash',
  '.dtb',
  '.uname',
  '.sbat',
  '.pcrpkey',
];
const SEPARATOR = Buffer.alloc(4);

export interface BootedImage {
  /** The unified kernel image. */
  readonly uki: Buffer;
  /** The beginning of the disk: `GPT_BYTES`. */
  readonly diskStart: Buffer;
}

/** Events of loading the image: PCR 4 and 5, in a TD RTMR1. */
export function loaderEvents({ uki, diskStart }: BootedImage, algorithm: Algorithm): BootEvent[] {
  const of = (bytes: Uint8Array) => createHash(algorithm).update(bytes).digest();
  const kernel = peSections(uki).find(({ name }) => name === '.linux')?.content ?? Buffer.alloc(0);
  return [
    { pcr: 4, what: 'boot option', digest: of(Buffer.from('Calling EFI Application from Boot Option')) },
    { pcr: 4, what: 'separator', digest: of(SEPARATOR) },
    { pcr: 5, what: 'partition table', digest: of(gptEvent(diskStart)) },
    { pcr: 4, what: 'unified kernel image', digest: authenticode(uki, algorithm) },
    { pcr: 4, what: 'kernel in it', digest: authenticode(kernel, algorithm) },
    { pcr: 5, what: 'exit boot services', digest: of(Buffer.from('Exit Boot Services Invocation')) },
    {
      pcr: 5,
      what: 'exited boot services',
      digest: of(Buffer.from('Exit Boot Services Returned with Success')),
    },
  ];
}

/** Events of the stub about the image's sections: PCR 11, in a TD the first of RTMR2. */
export function stubEvents({ uki }: BootedImage, algorithm: Algorithm): BootEvent[] {
  const of = (bytes: Uint8Array) => createHash(algorithm).update(bytes).digest();
  const sections = peSections(uki);
  return MEASURED.flatMap((name) => {
    const section = sections.find((one) => one.name === name);
    if (!section) return [];
    return [
      { pcr: 11, what: `${name} (name)`, digest: of(Buffer.from(`${name}\0`)) },
      { pcr: 11, what: name, digest: of(section.content) },
    ];
  });
}

/** Events of the kernel's EFI stub about what it was given: PCR 9, in a TD the rest of RTMR2. */
export function kernelEvents({ uki }: BootedImage, algorithm: Algorithm): BootEvent[] {
  const of = (bytes: Uint8Array) => createHash(algorithm).update(bytes).digest();
  const section = (name: string) =>
    peSections(uki).find((one) => one.name === name)?.content ?? Buffer.alloc(0);
  const commandLine = section('.cmdline').toString('latin1').replace(/\0+$/, '');
  return [
    { pcr: 9, what: 'command line', digest: of(Buffer.from(`${commandLine}\0`, 'utf16le')) },
    { pcr: 9, what: 'initrd', digest: of(stubInitrd(section('.initrd'), section('.osrel'))) },
  ];
}

/** A register that begins with zeros and takes events one by one. */
export function extended(events: readonly Pick<BootEvent, 'digest'>[], algorithm: Algorithm): Buffer {
  return events.reduce<Buffer>(
    (register, { digest }) => createHash(algorithm).update(register).update(digest).digest(),
    Buffer.alloc(algorithm === 'sha384' ? 48 : 32),
  );
}
