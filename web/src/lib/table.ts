/** One keyed table of IndexedDB, with as much of its interface as we use. */
export interface Table<T> {
  all(): Promise<T[]>
  get(key: string): Promise<T | undefined>
  put(row: T): Promise<void>
  remove(key: string): Promise<void>
  clear(): Promise<void>
}

/** Opens the tables of one database, made new where they are missing. Rejects where the browser forbids it. */
export async function openTables<K extends string>(name: string, keys: Record<K, string>) {
  const tables = Object.keys(keys) as K[]
  const db = await new Promise<IDBDatabase>((resolve, reject) => {
    const request = indexedDB.open(name, 1)
    request.onupgradeneeded = () => {
      for (const table of tables) request.result.createObjectStore(table, { keyPath: keys[table] })
    }
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
  return <T>(table: K): Table<T> => {
    const work = <R>(mode: IDBTransactionMode, ask: (rows: IDBObjectStore) => IDBRequest<R>) =>
      new Promise<R>((resolve, reject) => {
        const transaction = db.transaction(table, mode)
        const request = ask(transaction.objectStore(table))
        transaction.oncomplete = () => resolve(request.result)
        transaction.onerror = transaction.onabort = () => reject(transaction.error ?? request.error)
      })
    return {
      all: () => work<T[]>('readonly', (rows) => rows.getAll()),
      get: (key) => work<T | undefined>('readonly', (rows) => rows.get(key)),
      put: async (row) => void (await work('readwrite', (rows) => rows.put(row))),
      remove: async (key) => void (await work('readwrite', (rows) => rows.delete(key))),
      clear: async () => void (await work('readwrite', (rows) => rows.clear())),
    }
  }
}

/** The same in memory, for tests and for browsers that forbid the other. */
export function memoryTable<T>(keyOf: (row: T) => string): Table<T> {
  const rows = new Map<string, T>()
  return {
    all: async () => [...rows.values()].map((row) => ({ ...row })),
    get: async (key) => rows.get(key),
    put: async (row) => void rows.set(keyOf(row), { ...row }),
    remove: async (key) => void rows.delete(key),
    clear: async () => rows.clear(),
  }
}
