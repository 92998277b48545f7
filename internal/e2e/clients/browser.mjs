// What browsers have and Node.js may lack: a WebSocket that gives up on a
// handshake, and hands out nothing once it is closing.
import WebSocket from 'ws';

globalThis.WebSocket = class extends WebSocket {
  constructor(url, protocols) {
    super(url, protocols, { handshakeTimeout: 3000 });
  }

  emit(name, ...args) {
    if (name === 'message' && this.readyState !== WebSocket.OPEN) return false;
    return super.emit(name, ...args);
  }
};
