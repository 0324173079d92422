import * as React from 'react';

import type { Offers } from '../../api/types';
import { shownText, valueAt } from './draft';
import { Field, TextInput, type IForm } from './fields';
import { OffersView } from './offers-view';
import { RunFields, type IPlaces } from './run-fields';

const RESOURCES = ['nodes', 'processes', 'gpus', 'cpus', 'memory'];
const STUBBORNNESS = ['restarts.limit', 'restarts.delay', 'timeout', 'hang_timeout'];

/** The form: what runs, how big, where, how stubborn, with what. */
export function LaunchForm(props: {
  form: IForm;
  places: IPlaces;
  offers: Offers | undefined;
}): React.JSX.Element {
  const { form, places, offers } = props;
  const { trans } = form.words.words;
  const touched = (paths: string[]) =>
    paths.some(path => valueAt(form.draft.spec, path) !== undefined) ||
    form.problems.some(({ field }) => field && paths.some(path => field.startsWith(path)));
  const more = ['restarts', 'timeout', 'hang_timeout'];
  const with_ = ['environment', 'python', 'preload', 'include', 'labels'];
  return (
    <>
      <RunFields form={form} places={places} />
      <fieldset className="jp-ogai-Group">
        <legend>{trans.__('How big')}</legend>
        {offers && <OffersView offers={offers} form={form} />}
        <div className="jp-ogai-Grid">
          {RESOURCES.map(path => (
            <Field key={path} form={form} path={path} />
          ))}
        </div>
      </fieldset>
      <fieldset className="jp-ogai-Group">
        <legend>{trans.__('Where and as what')}</legend>
        <div className="jp-ogai-Grid">
          <Field
            form={form}
            path="queue"
            input={input => <QueueInput {...input} offers={offers} />}
          />
          <Field form={form} path="priority" />
          <Field form={form} path="name" />
        </div>
        <Field
          form={form}
          path="workdir"
          wide
          input={input => <TextInput {...input} placeholder={trans.__('nothing travels')} />}
        />
      </fieldset>
      <Folded title={trans.__('When it fails')} open={touched(more)}>
        <div className="jp-ogai-Grid">
          {STUBBORNNESS.map(path => (
            <Field key={path} form={form} path={path} />
          ))}
        </div>
        <Field form={form} path="restarts.on" wide />
      </Folded>
      <Folded title={trans.__('What it brings along')} open={touched(with_)}>
        <Field form={form} path="include" wide />
        <Field form={form} path="environment" wide />
        <Field form={form} path="labels" wide />
        <Field form={form} path="python" wide />
        <Field form={form} path="preload" wide />
      </Folded>
    </>
  );
}

/** A group that few need: shut until it is opened or something in it is set. */
function Folded(props: {
  title: string;
  open: boolean;
  children: React.ReactNode;
}): React.JSX.Element {
  const { title, open, children } = props;
  const [opened, setOpened] = React.useState(open);
  React.useEffect(() => {
    if (open) {
      setOpened(true);
    }
  }, [open]);
  return (
    <details
      className="jp-ogai-Group"
      open={opened}
      onToggle={event => setOpened(event.currentTarget.open)}
    >
      <summary>{title}</summary>
      {opened && children}
    </details>
  );
}

function QueueInput(
  props: Parameters<typeof TextInput>[0] & { offers: Offers | undefined }
): React.JSX.Element {
  const { offers, ...input } = props;
  const { id, value, field, invalid, describedBy, set } = input;
  const names = offers?.queues.map(queue => queue.name) ?? [];
  const chosen = shownText(value) || shownText(field.preset);
  if (names.length === 0) {
    return <TextInput {...input} />;
  }
  return (
    <select
      id={id}
      value={chosen}
      aria-invalid={invalid}
      aria-describedby={describedBy}
      onChange={event => set(event.target.value)}
    >
      {!names.includes(chosen) && <option value={chosen}>{chosen}</option>}
      {names.map(name => (
        <option key={name} value={name}>
          {name}
        </option>
      ))}
    </select>
  );
}
