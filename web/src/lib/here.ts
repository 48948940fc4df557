import { openTables } from './table'

/** What a browser has to know to be told of things by name: kept where the page and its service worker both find it. */
export interface Here {
  shell: 'desk' | 'phone'
  /** What its owner calls it. */
  label: string
  /** Under which address the server knows it. */
  id: string
}

const table = () => openTables('sbc.notices', { here: 'shell' }).then((open) => open<Here>('here'))

export const hereOf = async (shell: Here['shell']) => (await table()).get(shell)
export const keepHere = async (here: Here) => (await table()).put(here)
