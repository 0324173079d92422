import { Notification } from '@jupyterlab/apputils';

import { Problem } from '../api/problem';
import type { IOgaiLab } from '../tokens';

/** Keep a session for so many seconds longer; tell the reader where that fails, and what to do. */
export async function extendSession(lab: IOgaiLab, id: string, by: number): Promise<void> {
  try {
    await lab.sessionsApi.extend(id, by);
  } catch (error) {
    const { message, action } = Problem.from(error);
    Notification.error([message, action].filter(Boolean).join(' '), { autoClose: false });
  }
}
