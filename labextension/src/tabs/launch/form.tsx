import * as React from 'react';

import type { ClusterOffers, Offers } from '../../api/types';
import { ClusterOffersView } from './cluster-offers';
import { shownText, textAt, valueAt } from './draft';
import { Field, TextInput, type IForm } from './fields';
import { OffersView } from './offers-view';
import { RunFields, type IPlaces } from './run-fields';

const RESOURCES = ['nodes', 'processes', 'gpus', 'cpus', 'memory'];
const OF_A_CLUSTER = ['gpu', 'topology', 'image', 'fabric', 'priority_class'];
const STUBBORNNESS = ['restarts.limit', 'restarts.delay', 'timeout', 'hang_timeout'];

/** The form: what runs, how big, where, how stubborn, with what. */
export function LaunchForm(props: {
  form: IForm;
  places: IPlaces;
  offers: Offers | undefined;
  /** The clusters that can be chosen besides the server's machine. */
  clusters: readonly string[];
  /** What the chosen one offers. */
  clusterOffers: ClusterOffers | undefined;
}): React.JSX.Element {
  const { form, places, offers, clusters, clusterOffers } = props;
  const cluster = textAt(form.draft.spec, 'cluster');
  const queues = cluster
    ? [...new Set(clusterOffers?.offers.map(({ queue }) => queue))]
    : (offers?.queues.map(({ name }) => name) ?? []);
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
        {(clusters.length > 0 || cluster) && (
          <Field
            form={form}
            path="cluster"
            input={input => <ClusterInput {...input} names={clusters} />}
          />
        )}
        {cluster ? (
          <ClusterOffersView offers={clusterOffers} form={form} />
        ) : (
          offers && <OffersView offers={offers} form={form} />
        )}
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
            input={input => <QueueInput {...input} names={queues} />}
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
      {cluster && (
        <Folded title={trans.__('On the cluster')} open>
          <div className="jp-ogai-Grid">
            {OF_A_CLUSTER.map(path => (
              <Field key={path} form={form} path={path} />
            ))}
          </div>
        </Folded>
      )}
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

function ClusterInput(
  props: Parameters<typeof TextInput>[0] & { names: readonly string[] }
): React.JSX.Element {
  const { id, value, invalid, describedBy, set, names, words } = props;
  const chosen = shownText(value);
  return (
    <select
      id={id}
      value={chosen}
      aria-invalid={invalid}
      aria-describedby={describedBy}
      onChange={event => set(event.target.value || undefined)}
    >
      {[...new Set(['', ...names, chosen])].map(name => (
        <option key={name} value={name}>
          {name || words.words.trans.__('This machine')}
        </option>
      ))}
    </select>
  );
}

function QueueInput(
  props: Parameters<typeof TextInput>[0] & { names: readonly string[] }
): React.JSX.Element {
  const { names, ...input } = props;
  const { id, value, field, invalid, describedBy, set } = input;
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
