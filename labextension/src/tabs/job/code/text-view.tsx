import { EditorState } from '@codemirror/state';
import { EditorView, lineNumbers } from '@codemirror/view';
import * as React from 'react';

/** Text to read, with the numbers of its lines; of any length. */
export function TextView(props: { text: string; label: string }): React.JSX.Element {
  const { text, label } = props;
  const host = React.useRef<HTMLDivElement>(null);
  React.useEffect(() => {
    const view = new EditorView({
      parent: host.current!,
      state: EditorState.create({
        doc: text,
        extensions: [
          lineNumbers(),
          EditorState.readOnly.of(true),
          EditorView.editable.of(false),
          EditorView.contentAttributes.of({ tabindex: '0', 'aria-label': label })
        ]
      })
    });
    return () => view.destroy();
  }, [text, label]);
  return <div className="jp-ogai-TextView" ref={host} />;
}
