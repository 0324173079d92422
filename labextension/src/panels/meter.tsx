import * as React from 'react';

/** How much of something is used: a bar that says it in words too. */
export function Meter(props: {
  /** What is measured. */
  label: string;
  /** In words: `12 of 64 used`. */
  text: string;
  /** 0 to 1; null where there is no limit. */
  share: number | null;
}): React.JSX.Element {
  const { label, text, share } = props;
  const used = share === null ? 0 : Math.min(1, Math.max(0, share));
  return (
    <div
      className="jp-ogai-Meter"
      role="meter"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(100 * used)}
      aria-valuetext={text}
      data-full={used >= 1 || undefined}
      data-unlimited={share === null || undefined}
    >
      <div style={{ width: `${100 * used}%` }} />
    </div>
  );
}
