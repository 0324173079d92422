import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ISettingRegistry } from '@jupyterlab/settingregistry';

import { IOgaiLab } from '../tokens';

const OURS = '@ogai/lab:';
/** What people read of a schema. */
const READ = new Set(['title', 'description', 'label', 'jupyter.lab.setting-icon-label']);

/**
 * The settings in the reader's language. The server translates schemas only from the language
 * pack of Jupyter itself, which knows nothing of ours.
 */
export const settingsWordsPlugin: JupyterFrontEndPlugin<void> = {
  id: '@ogai/lab:settings-words',
  description: 'Translates the settings of OGAI Lab.',
  autoStart: true,
  requires: [IOgaiLab],
  optional: [ISettingRegistry],
  activate: (_app: JupyterFrontEnd, lab: IOgaiLab, registry: ISettingRegistry | null): void => {
    const translate = (id: string) => {
      const schema = id.startsWith(OURS) ? registry?.plugins[id]?.schema : undefined;
      if (schema) {
        reword(schema, text => lab.words.trans.gettext(text));
      }
    };
    Object.keys(registry?.plugins ?? {}).forEach(translate);
    registry?.pluginChanged.connect((_, id) => translate(id));
  }
};

/** Change what people read of a schema in place; a text that was changed before has no other. */
function reword(node: object, translate: (text: string) => string): void {
  for (const [key, value] of Object.entries(node)) {
    if (typeof value === 'string' && READ.has(key)) {
      (node as Record<string, unknown>)[key] = translate(value);
    } else if (typeof value === 'object' && value !== null) {
      reword(value as object, translate);
    }
  }
}
