import * as React from 'react';

import { Gauge } from '../map/gauge';
import type { NodeWords } from '../map/node-words';
import type { INodePicture } from './node-resource';
import { Facts, Grid, Section } from './section';

/** What a node has: machine, disks, network, and who holds memory of its GPUs. */
export function MachineSections(props: {
  picture: INodePicture;
  words: NodeWords;
}): React.JSX.Element {
  const { picture, words } = props;
  const { trans } = words.words;
  const { machine } = picture;
  const facts: [string, string | null][] = [
    [trans.__('Processor'), machine.cpu],
    [trans.__('Cores'), coresOf(machine, words)],
    [trans.__('Memory'), words.bytes(machine.memory)],
    [trans.__('System'), `${machine.system} ${machine.kernel} · ${machine.architecture}`],
    [trans.__('Driver'), machine.driver],
    [trans.__('CUDA'), machine.cuda],
    [trans.__('Python'), machine.python]
  ];
  const said: Record<string, string> = {
    home: trans.__('home'),
    temporary: trans.__('temporary files'),
    'shared memory': trans.__('shared memory')
  };
  return (
    <>
      {machine.gpus.length > 0 && <Processes picture={picture} words={words} />}
      <Section title={trans.__('Machine')}>
        <Facts facts={facts} />
      </Section>
      <Section title={trans.__('Disks')}>
        <Grid
          label={trans.__('Disks')}
          head={[trans.__('Path'), trans.__('Used'), trans.__('Device'), trans.__('Holds')]}
          rows={machine.disks.map(({ path, device, filesystem, total, free, holds }) => [
            path,
            total > 0 && <Gauge share={1 - free / total} text={words.of(total - free, total)} />,
            [device, filesystem].filter(Boolean).join(' · '),
            holds.map(one => said[one] ?? one).join(', ')
          ])}
        />
      </Section>
      <Section title={trans.__('Network')}>
        <Grid
          label={trans.__('Network')}
          head={[
            trans.__('Interface'),
            trans.__('State'),
            trans.__('Speed'),
            trans.__('Addresses')
          ]}
          rows={machine.interfaces.map(({ name, up, speed, addresses, infiniband }) => [
            infiniband ? `${name} · InfiniBand` : name,
            up ? trans.__('Up') : trans.__('Down'),
            speed !== null && trans.__('%1 Gbit/s', words.words.number(speed / 1000)),
            addresses.join(', ')
          ])}
        />
      </Section>
    </>
  );
}

function Processes(props: { picture: INodePicture; words: NodeWords }): React.JSX.Element {
  const { picture, words } = props;
  const { trans } = words.words;
  return (
    <Section title={trans.__('Processes on GPUs')}>
      {picture.processes.length === 0 ? (
        <p>{trans.__('No process holds memory of a GPU.')}</p>
      ) : (
        <Grid
          label={trans.__('Processes on GPUs')}
          head={[
            trans.__('Process'),
            trans.__('GPU'),
            trans.__('Name'),
            trans.__('User'),
            trans.__('Memory')
          ]}
          rows={picture.processes.map(({ pid, gpu, name, user, memory }) => [
            pid,
            gpu,
            name,
            user,
            memory !== null && words.bytes(memory)
          ])}
        />
      )}
    </Section>
  );
}

function coresOf({ cores, cpus }: INodePicture['machine'], words: NodeWords): string {
  const { trans } = words.words;
  return cpus < cores
    ? trans.__('%1, of which %2 may be used', cores, words.words.number(cpus))
    : words.words.number(cores);
}
