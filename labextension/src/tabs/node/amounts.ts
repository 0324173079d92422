const GIB = 2 ** 30;
const BYTES = /^(memory|ephemeral-storage|hugepages-.*)$/;

/** An amount of a resource as Kubernetes counts it: bytes in GiB or TiB, all else as a number. */
export function amountText(
  resource: string,
  amount: number,
  words: { number(value: number): string }
): string {
  if (!BYTES.test(resource)) {
    return words.number(Math.round(amount * 1000) / 1000);
  }
  const [unit, size] = amount >= 1024 * GIB ? ['TiB', 1024 * GIB] : ['GiB', GIB];
  return `${words.number(Math.round((amount / size) * 10) / 10)} ${unit}`;
}
