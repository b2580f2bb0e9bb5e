// Serves PostGraphile over the tables of the bench: `node serve.mjs DATABASE_URL`. No token is asked for.
import { createServer } from "node:http";
import { grafserv } from "postgraphile/grafserv/node";
import { makePgService } from "postgraphile/adaptors/pg";
import { postgraphile } from "postgraphile";
import { PostGraphileAmberPreset } from "postgraphile/presets/amber";
import { makePgSmartTagsPlugin } from "postgraphile/utils";
import { PostGraphileConnectionFilterPreset } from "postgraphile-plugin-connection-filter";

// The bulk tables have no foreign keys, for the sake of large assignments; the relations are told here.
const relations = makePgSmartTagsPlugin([
  {
    kind: "class",
    match: "segment_member",
    tags: {
      foreignKey: [
        "(segment_id) references segment (id)|@fieldName segment|@foreignFieldName memberships",
        "(member_id) references member (id)|@fieldName member|@foreignFieldName memberships",
      ],
    },
  },
  {
    kind: "class",
    match: "member_metrics",
    tags: { foreignKey: "(member_id) references member (id)|@fieldName member|@foreignFieldName metrics" },
  },
]);

const preset = {
  extends: [PostGraphileAmberPreset, PostGraphileConnectionFilterPreset],
  plugins: [relations],
  // Figures are sorted and filtered by whether they have an index or not: there are 200 segments.
  disablePlugins: ["PgIndexBehaviorsPlugin"],
  pgServices: [makePgService({ connectionString: process.argv[2], schemas: ["public"], poolConfig: { max: 8 } })],
  schema: { connectionFilterRelations: true, defaultBehavior: "-insert -update -delete" },
  grafast: { explain: false },
  grafserv: { port: 0, graphqlPath: "/graphql", graphiql: false, watch: false },
};

const server = createServer();
server.on("error", (error) => console.error(error));
await postgraphile(preset).createServ(grafserv).addTo(server);
server.listen(0, "127.0.0.1", () => console.log(`listening on 127.0.0.1:${server.address().port}`));
