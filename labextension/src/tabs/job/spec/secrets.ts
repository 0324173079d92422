const TELLING =
  /(^|[^a-z])(key|apikey|token|secret|passw(or)?d|pwd|pass(phrase)?|credentials?|auth|cookie|signature|dsn|private)([^a-z]|$)/i;
const COMPOUND = /(token|secret|passw(or)?d|apikey|credential|accesskey|privatekey)/i;
/** `https://user:password@host`: what stands between the colon and the @. */
const IN_ADDRESS = /([a-z][a-z0-9+.-]*:\/\/[^/\s:@]*):([^@\s/]+)@/gi;

export const MASK = '••••••';

/** Whether a variable of this name is likely to hold a secret. */
export function looksSecret(name: string): boolean {
  const words = name.replace(/([a-z])([A-Z])/g, '$1_$2');
  return TELLING.test(words) || COMPOUND.test(name);
}

/** The value of a variable as it may be shown. */
export function shownValue(name: string, value: string): string {
  return looksSecret(name) && value ? MASK : value.replace(IN_ADDRESS, `$1:${MASK}@`);
}

/** An environment as it may be shown. */
export function masked(environment: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).map(([name, value]) => [name, shownValue(name, value)])
  );
}
