import { settingsDocument } from './settings-document.js';

process.stdout.write(settingsDocument());
