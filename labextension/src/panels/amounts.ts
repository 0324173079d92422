import type { Words } from '../words';

const UNITS = ['B', 'KB', 'MB', 'GB', 'TB', 'PB'];

/** Bytes, in few characters: `12.3 MB`. */
export function sizeText(bytes: number, words: Words): string {
  const power = bytes < 1 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log10(bytes) / 3));
  return `${short(bytes / 1000 ** power, words)} ${UNITS[power]!}`;
}

/** A large count, in few characters: `3.2 M`. */
export function countText(count: number, words: Words): string {
  const power = count < 10_000 ? 0 : Math.min(4, Math.floor(Math.log10(count) / 3));
  const unit = ['', ' K', ' M', ' G', ' T'][power]!;
  return `${short(count / 1000 ** power, words)}${unit}`;
}

/** A share from 0 to 1, as a percentage. */
export function percentText(share: number, words: Words): string {
  const percent = 100 * share;
  // What is not all is never called all, and what is not nothing never nothing.
  const rounded = share > 0 && share < 1 ? Math.min(99.9, Math.max(0.1, percent)) : percent;
  return `${words.number(rounded < 10 || rounded > 99 ? tenth(rounded) : Math.round(rounded))}%`;
}

function short(value: number, words: Words): string {
  return words.number(value < 100 ? tenth(value) : Math.round(value));
}

function tenth(value: number): number {
  return Math.round(10 * value) / 10;
}
