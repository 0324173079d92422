import { syntaxHighlighting } from '@codemirror/language';
import { Compartment, EditorState } from '@codemirror/state';
import { EditorView, lineNumbers } from '@codemirror/view';
import { jupyterHighlightStyle, type IEditorLanguageRegistry } from '@jupyterlab/codemirror';
import * as React from 'react';

/** Text to read, with the numbers of its lines, in the colours of its language; of any length. */
export function TextView(props: {
  text: string;
  label: string;
  /** The name of the file, which tells the language. */
  name: string;
  languages: IEditorLanguageRegistry | null;
}): React.JSX.Element {
  const { text, label, name, languages } = props;
  const host = React.useRef<HTMLDivElement>(null);
  React.useEffect(() => {
    const language = new Compartment();
    const view = new EditorView({
      parent: host.current!,
      state: EditorState.create({
        doc: text,
        extensions: [
          lineNumbers(),
          language.of([]),
          syntaxHighlighting(jupyterHighlightStyle),
          EditorState.readOnly.of(true),
          EditorView.editable.of(false),
          EditorView.contentAttributes.of({ tabindex: '0', 'aria-label': label })
        ]
      })
    });
    let shown = true;
    const found = languages?.findByFileName(name);
    if (languages && found) {
      void languages.getLanguage(found).then(loaded => {
        if (shown && loaded?.support) {
          view.dispatch({ effects: language.reconfigure(loaded.support) });
        }
      });
    }
    return () => {
      shown = false;
      view.destroy();
    };
  }, [text, label, name, languages]);
  return <div className="jp-ogai-TextView" ref={host} />;
}
