/// <reference lib="webworker" />
import { showNotices } from './notices'

/** The service worker of the desk. It shows notices and keeps nothing: the desk is always asked of the server. */
const worker = self as unknown as ServiceWorkerGlobalScope

// Nothing of an older version is in use, so nothing is waited for.
worker.addEventListener('install', () => void worker.skipWaiting())
showNotices(worker, 'desk', '')
