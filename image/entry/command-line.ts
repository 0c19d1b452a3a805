const ROOT_HASH = /^roothash=[0-9a-f]{64}$/;

/**
 * Whether a kernel's command line is what the image expects and, once, a dm-verity root hash. Which hash is not for the
 * image to say, that is what is measured; but everything else is.
 *
 * @param expected one parameter a line
 */
export function checkKernelCommandLine(found: string, expected: string): boolean {
  const parameters = words(found);
  const rest = parameters.filter((word) => !ROOT_HASH.test(word));
  return rest.length === parameters.length - 1 && rest.join(' ') === words(expected).join(' ');
}

function words(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== '');
}
