import { serveIpc } from "../../shared/ipc-worker.js";

serveIpc();
