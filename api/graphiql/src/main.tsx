import { createRoot } from 'react-dom/client';
import './workers';
import '@graphiql/react/style.css';
import '@graphiql/plugin-doc-explorer/style.css';
import '@graphiql/plugin-history/style.css';
import 'graphiql/graphiql.css';
import './style.css';
import { App } from './App';

createRoot(document.getElementById('root')!).render(<App />);
