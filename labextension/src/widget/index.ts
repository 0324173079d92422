import { mount, type IChartWords } from '../chart';
import type { IModel } from './model';
import { Points } from './points';

/** The most that the slider smooths. */
const SMOOTHEST = 0.99;

interface IWords extends IChartWords {
  metric: string;
  log: string;
  smoothing: string;
}

/** Keep the points of a model from its start, whether or not anything shows it. */
export function initialize({ model }: { model: IModel }): void {
  Points.of(model);
}

/** Draw the curves of one metric, with a choice of metric, log scale and smoothing. */
export function render({ model, el }: { model: IModel; el: HTMLElement }): () => void {
  const points = Points.of(model);
  const words = model.get('words') as IWords;
  const tools = document.createElement('div');
  tools.className = 'jp-ogai-ChartTools';
  const metric = document.createElement('select');
  const log = Object.assign(document.createElement('input'), { type: 'checkbox' });
  const smoothing = Object.assign(document.createElement('input'), {
    type: 'range',
    min: '0',
    max: String(SMOOTHEST),
    step: '0.01'
  });
  const choice = labelled(words.metric, metric);
  tools.append(choice, labelled(words.log, log), labelled(words.smoothing, smoothing));
  const host = document.createElement('div');
  el.append(tools, host);
  const chart = mount(host, {
    title: '',
    x: model.get('x') as string,
    height: model.get('height') as number,
    time: model.get('time') as boolean,
    words,
    locale: model.get('locale') as string
  });

  const drawPoints = () => {
    const names = [...new Set(points.series.map(series => series.metric))];
    const wanted = model.get('metric') as string;
    const shown = names.includes(wanted) ? wanted : names[0];
    host.hidden = shown === undefined;
    tools.hidden = host.hidden || !model.get('tools');
    choice.hidden = names.length < 2;
    if (names.join('\n') !== [...metric.options].map(option => option.value).join('\n')) {
      metric.replaceChildren(...names.map(name => new Option(name)));
    }
    metric.value = shown ?? '';
    if (shown !== titled) {
      titled = shown;
      chart.configure({ title: shown ?? '' });
    }
    chart.set(
      points.series
        .filter(series => series.metric === shown)
        .map(series => ({ ...series, label: series.label || series.metric }))
    );
  };
  let titled: string | undefined;
  const drawOptions = () => {
    log.checked = model.get('log') as boolean;
    smoothing.value = String(model.get('smoothing'));
    chart.configure({ log: log.checked, smoothing: Number(smoothing.value) });
  };
  const keep = (name: string, value: unknown) => {
    model.set(name, value);
    model.save_changes();
  };
  metric.addEventListener('change', () => keep('metric', metric.value));
  log.addEventListener('change', () => keep('log', log.checked));
  smoothing.addEventListener('input', () =>
    chart.configure({ smoothing: Number(smoothing.value) })
  );
  smoothing.addEventListener('change', () => keep('smoothing', Number(smoothing.value)));
  const unwatch = points.watch(drawPoints);
  model.on('change:metric', drawPoints);
  model.on('change:log change:smoothing', drawOptions);
  drawOptions();
  drawPoints();
  return () => {
    unwatch();
    model.off('change:metric', drawPoints);
    model.off('change:log change:smoothing', drawOptions);
    chart.destroy();
  };
}

function labelled(text: string, control: HTMLElement): HTMLLabelElement {
  const label = document.createElement('label');
  const name = document.createElement('span');
  name.textContent = text;
  label.append(
    ...(control instanceof HTMLInputElement && control.type === 'checkbox'
      ? [control, name]
      : [name, control])
  );
  return label;
}
