import type { ReadonlyJSONObject } from '@lumino/coreutils';

/** What names a tab: its kind, and which thing of that kind, where there are many. */
export interface ITabArgs extends ReadonlyJSONObject {
  kind: string;
  id?: string;
}

/** The name of the query parameter that holds a link to a tab. */
export const PARAMETER = 'ogai';

const KIND = /^[a-z][a-z-]*$/;

/** Read `job/<id>`, `compare/<a>,<b>`, `map`; undefined for what no tab is called. */
export function parseLink(text: string): ITabArgs | undefined {
  const slash = text.indexOf('/');
  const kind = slash < 0 ? text : text.slice(0, slash);
  const id = slash < 0 ? '' : text.slice(slash + 1);
  if (!KIND.test(kind)) {
    return undefined;
  }
  return id ? { kind, id } : { kind };
}

/** The inverse of `parseLink`. */
export function formatLink({ kind, id }: ITabArgs): string {
  return id ? `${kind}/${id}` : kind;
}

/** The tabs that an address asks for, and the address without them. */
export function takeLinks(address: string): { links: ITabArgs[]; rest: string } {
  const url = new URL(address);
  const links = url.searchParams.getAll(PARAMETER).flatMap(text => parseLink(text) ?? []);
  url.searchParams.delete(PARAMETER);
  return { links, rest: url.href };
}

/** The address of a page that opens a tab. */
export function addressOf(page: string, args: ITabArgs): string {
  const url = new URL(page);
  // Slashes and commas are legal in a query, and a link is read by people.
  const value = encodeURIComponent(formatLink(args)).replace(/%2F/g, '/').replace(/%2C/g, ',');
  url.search = `?${PARAMETER}=${value}`;
  url.hash = '';
  return url.href;
}
