import Glibc
import TestSupport
import Testing

/// A Hub of the built program, and the built program as its client. What unmodified Python clients
/// make of it is checked by Tests/Interoperability.
struct HubTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// Runs a script with `$birdie`, in the folder, beside a server whose address is in HF_ENDPOINT;
  /// `serve` is what the server is told besides. `ask METHOD PATH BODY` gives the status of a
  /// request. Without a server the script is not run: 98.
  private func beside(_ serve: String = "", _ script: String) throws -> Command.Outcome {
    try Command.shell(
      """
      cd '\(folder.root)'
      export HF_TOKEN=${HF_TOKEN-writer-token} HF_HOME=$PWD/home PATH=/usr/bin:/bin
      rm -f address; mkfifo address || exit 97
      "$birdie" serve --root hub --port 0 --json \(serve) >address 2>>serve.log & server=$!
      address=$(timeout 600 grep -m 1 -o 'http://127.0.0.1:[0-9]*' <address)
      if [ -z "$address" ]; then
        echo "the server did not start" >&2; cat serve.log >&2; kill $server; exit 98
      fi
      export HF_ENDPOINT=$address
      ask() {
        exec 3<>/dev/tcp/127.0.0.1/${HF_ENDPOINT##*:}
        printf '%s %s HTTP/1.1\\r\\nHost: localhost\\r\\nConnection: close\\r\\n' "$1" "$2" >&3
        printf 'Authorization: Bearer %s\\r\\nContent-Length: %d\\r\\n\\r\\n%s' \
          "$HF_TOKEN" ${#3} "$3" >&3
        sed -n '1s/[^ ]* \\([0-9]*\\).*/\\1/p' <&3
        exec 3>&-
      }
      (\(script)
      )
      status=$?
      kill $server; wait $server || { echo "the server ended with $?" >&2; status=99; }
      exit $status
      """)
  }

  /// A record with weights of some kilobytes.
  private let record = """
    mkdir -p track_10min_16mb/2026-05-01_One; cd track_10min_16mb/2026-05-01_One
    cp '\(Fixtures.path("quantization/model.pt"))' final_model.pt
    cp '\(Fixtures.path("quantization/model.int8.ptz"))' final_model.int8.ptz
    echo 'print(1)' > train_gpt.py; echo '# One' > README.md
    printf 'seed: 7\\n' > train_seed7.log
    echo '{"author": "a", "name": "One", "date": "2026-05-01", "val_bpb": 1.2}' > submission.json
    cd ../..; record=track_10min_16mb/2026-05-01_One; place=records/$record/seed_7

    """

  @Test func `a record is published once, and pulled bit for bit`() throws {
    let run = try beside(
      "",
      record + """
        "$birdie" publish $record --repo me/golf && "$birdie" publish $record --repo me/golf || exit 1
        "$birdie" pull me/golf --local-dir out || exit 2
        cmp out/$place/final_model.int8.ptz $record/final_model.int8.ptz || exit 3
        "$birdie" diff out/$place/model.safetensors $record/final_model.pt || exit 4
        [ -s out/$place/manifest.json ] && [ -s out/index.json ] && [ -s out/$place/README.md ] || exit 5
        [ ! -e out/$place/final_model.pt ] || exit 6
        "$birdie" verify out/$place || exit 7
        printf x >> out/$place/README.md; "$birdie" verify out/$place; [ $? -eq 1 ] || exit 8
        """)
    #expect(run.status == 0, "\(run.talk)")
    #expect(run.talk.contains("everything is there already"))
  }

  @Test func `a checkpoint is read where it lies on a Hub`() throws {
    let run = try beside(
      "",
      record + """
        "$birdie" publish $record --repo me/golf -q || exit 1
        "$birdie" inspect "hf://me/golf/$place/model.safetensors" --json || exit 2
        HF_HUB_OFFLINE=1 "$birdie" inspect "hf://me/golf/$place/model.safetensors" -q || exit 3
        "$birdie" inspect hf://me/golf/none.safetensors; [ $? -eq 66 ] || exit 4
        rm -r home; "$birdie" verify $record/final_model.int8.ptz --min-sqnr 1 -q \\
          --against=hf://me/golf/$place/model.safetensors || exit 5
        """)
    #expect(run.status == 0, "\(run.talk)")
    #expect(run.output.contains(#""format": "safetensors""#))
  }

  @Test func `merges take models from a Hub`() throws {
    let run = try beside(
      "",
      record + """
        "$birdie" publish $record --repo me/golf || exit 1
        merge() {
          printf 'merge_method: passthrough\\nmodels: [{model: "%s"}]\\n' "$1" > recipe.yml
          "$birdie" merge recipe.yml out.safetensors --raw --force
        }
        merge "hf://me/golf/$place/model.safetensors" || exit 2
        "$birdie" pull me/golf --local-dir all && \
          "$birdie" diff out.safetensors "all/$place/model.safetensors" || exit 3
        merge me/none; [ $? -eq 66 ] || exit 4
        HF_HUB_OFFLINE=1 merge "hf://me/golf/$place/model.safetensors" || exit 5
        """)
    #expect(run.status == 0, "\(run.talk)")
  }

  @Test func `a download goes on where it ended`() throws {
    let run = try beside(
      "-v",
      record + """
        "$birdie" publish $record --repo me/golf -q || exit 1
        "$birdie" pull me/golf -q || exit 2
        missing() {
          "$birdie" pull me/golf --dry-run --json | sed -n 's/.*"missing_bytes": *\\([0-9]*\\).*/\\1/p'
        }
        [ "$(missing)" = 0 ] || exit 3
        blob=$(readlink -f home/hub/models--me--golf/snapshots/*/$place/model.safetensors)
        size=$(stat -c %s $blob)
        head -c 1000 $blob > $blob.incomplete; rm $blob; rm -r home/hub/models--me--golf/snapshots
        [ "$(missing)" = $((size - 1000)) ] || exit 4
        "$birdie" pull me/golf -q || exit 5
        [ "$(missing)" = 0 ] && [ "$(grep -c 'model.safetensors 206' serve.log)" = 1 ] || exit 6
        # What is wrong at its beginning is found at its end, forgotten, and asked for again.
        head -c 1000 /dev/zero > $blob.incomplete; rm $blob; rm -r home/hub/models--me--golf/snapshots
        "$birdie" pull me/golf -q || exit 7
        grep -o 'model.safetensors 20.' serve.log | tail -n 2 | tr '\\n' ' '
        cp home/hub/models--me--golf/snapshots/*/$place/model.safetensors pulled
        "$birdie" diff pulled $record/final_model.pt -q || exit 8
        """)
    #expect(run.status == 0, "\(run.talk)")
    #expect(run.output.hasSuffix("\nmodel.safetensors 206 model.safetensors 200 "), "\(run.talk)")
  }

  @Test func `a Hub that sends other bytes is found out, and nothing of them is kept`() throws {
    let run = try beside(
      "",
      record + """
        "$birdie" publish $record --repo me/golf -q || exit 1
        pack=$(ls -S hub/packs/*.pack | head -n 1)
        yes damage | head -c 1000 | dd of=$pack bs=1 seek=400000 conv=notrunc status=none || exit 2
        "$birdie" pull me/golf -q; [ $? -eq 65 ] || exit 3
        [ -z "$(find home/hub/*/blobs -name '*.incomplete' -size +0)" ] || exit 4
        """)
    #expect(run.status == 0, "\(run.talk)")
    #expect(run.talk.contains("error[W05]"))
  }

  @Test func `what is not published any more goes`() throws {
    let key = Fixtures.path("signatures/keys/test-only-p256")
    let run = try beside(
      "",
      record + """
        echo x > $record/note.md
        "$birdie" publish $record --repo me/golf --sign '\(key).pem' -q || exit 1
        rm $record/note.md
        "$birdie" publish $record --repo me/golf --json > again.json || exit 2
        grep -q note.md again.json && grep -q model.sig again.json || exit 3
        "$birdie" pull me/golf --local-dir out -q || exit 4
        [ ! -e out/$place/note.md ] && [ ! -e out/$place/model.sig ] || exit 5
        "$birdie" publish $record --repo me/golf
        """)
    #expect(run.status == 0, "\(run.talk)")
    #expect(run.talk.contains("everything is there already"))
  }

  @Test func `offline, what is there is copied, and nothing is sent`() throws {
    let run = try beside(
      "",
      record + """
        "$birdie" publish $record --repo me/golf -q && "$birdie" pull me/golf -q || exit 1
        export HF_HUB_OFFLINE=1
        "$birdie" pull me/golf --include '*.json' --local-dir out -q || exit 2
        [ -s out/index.json ] && [ ! -e out/README.md ] || exit 3
        "$birdie" pull me/golf --dry-run -q | grep -q index.json || exit 4
        "$birdie" pull me/golf --include '*.none' -q; [ $? -eq 66 ] || exit 5
        "$birdie" publish $record --repo me/golf -q; [ $? -eq 66 ] || exit 6
        "$birdie" publish $record --repo me/golf --dry-run -q || exit 7
        """)
    #expect(run.status == 0, "\(run.talk)")
  }

  @Test func `tokens do what they may, and are shown to nobody`() throws {
    try folder.write(
      "tokens",
      Array("writer-token alice write\nreader-token bob read\nother-token eve write\n".utf8))
    let run = try beside(
      "--token-file tokens -v",
      record + """
        "$birdie" publish $record --repo alice/golf -q || exit 1
        HF_TOKEN=reader-token "$birdie" pull alice/golf -q || exit 2
        HF_TOKEN=reader-token "$birdie" publish $record --repo alice/other -q; [ $? -eq 77 ] || exit 3
        HF_TOKEN=stolen-token "$birdie" pull alice/golf -q; [ $? -eq 77 ] || exit 4
        env -u HF_TOKEN HF_TOKEN_PATH=/none "$birdie" pull alice/golf -q; [ $? -eq 66 ] || exit 5
        echo more >> $record/README.md; export HF_TOKEN=other-token
        "$birdie" publish $record --repo alice/golf --create-pr | grep -q discussions || exit 6
        """)
    #expect(run.status == 0, "\(run.talk)")
    let log = String(decoding: try folder.bytes("serve.log"), as: UTF8.self)
    #expect(log.contains("POST /api/models/alice/golf/commit/main 200"))
    for token in ["writer-token", "reader-token", "stolen-token", "other-token"] {
      #expect(!(run.output + run.talk + log).contains(token), "\(token)")
    }
  }

  @Test func `another revision is pulled by its name`() throws {
    let run = try beside(
      "",
      record + """
        "$birdie" publish $record --repo me/golf -q || exit 1
        [ "$(ask POST /api/models/me/golf/branch/before '{}')" = 201 ] || exit 2
        echo x > $record/note.md; "$birdie" publish $record --repo me/golf -q || exit 3
        "$birdie" pull me/golf --revision before --local-dir one -q || exit 4
        "$birdie" pull me/golf@before --local-dir two -q || exit 5
        "$birdie" pull me/golf --local-dir now -q || exit 6
        diff -r one two || exit 7
        [ -e now/$place/note.md ] && [ -e one/$place/README.md ] || exit 8
        [ ! -e one/$place/note.md ] || exit 9
        "$birdie" pull me/golf --revision none -q; [ $? -eq 66 ] || exit 10
        """)
    #expect(run.status == 0, "\(run.talk)")
    #expect(run.talk.contains("error[W03]"))
  }

  @Test func `a signature goes up with what it signs`() throws {
    let key = Fixtures.path("signatures/keys/test-only-p256")
    let run = try beside(
      "",
      record + """
        "$birdie" publish $record --repo me/golf --sign '\(key).pem' -q || exit 1
        "$birdie" publish $record --repo me/golf --sign '\(key).pem' || exit 2
        "$birdie" pull me/golf --local-dir out -q && "$birdie" verify out/$place --key '\(key).pub'
        """)
    #expect(run.status == 0, "\(run.talk)")
    #expect(run.talk.contains("everything is there already"))
  }

  @Test func `a signature by another key goes up although its files are there`() throws {
    let keys = Fixtures.path("signatures/keys")
    let run = try beside(
      "",
      record + """
        keys='\(keys)'
        "$birdie" publish $record --repo me/golf --sign $keys/test-only-p256.pem -q || exit 1
        "$birdie" publish $record --repo me/golf --sign $keys/test-only-other-p256.pem -q || exit 2
        "$birdie" publish $record --repo me/golf --sign $keys/test-only-other-p256.pem || exit 3
        "$birdie" pull me/golf --local-dir out -q || exit 4
        "$birdie" verify out/$place --key $keys/test-only-other-p256.pub -q || exit 5
        "$birdie" verify out/$place --key $keys/test-only-p256.pub -q; [ $? -eq 77 ]
        """)
    #expect(run.status == 0, "\(run.talk)")
    #expect(run.talk.contains("everything is there already"))
  }

  @Test func `a signal while something is published leaves nothing of it`() throws {
    let run = try beside(
      "",
      record + """
        mkdir tmp; export TMPDIR=$PWD/tmp
        "$birdie" publish $record --repo me/golf -q >page || exit 1
        [ -z "$(ls tmp)" ] || exit 2
        # Reading it takes long enough to stop the server, which never answers from then on.
        truncate -s 40M $record/long.txt
        "$birdie" publish $record --repo me/golf --path records/other --json >answer & client=$!
        for i in $(seq 3000); do [ -e tmp/*/record/manifest.json ] && break; sleep 0.01; done
        kill -STOP $server; sleep 0.2; kill -TERM $client; wait $client; status=$?
        kill -CONT $server
        [ $status -eq 130 ] || exit 3
        [ -z "$(ls tmp)" ] || exit 4
        cat answer
        """)
    #expect(run.status == 0, "\(run.talk)")
    #expect(try JSONDocument(run.output)["error"]?["rule"]?.text == "U03")
    #expect(run.talk.contains("interrupted; the Hub confirmed no commit"))
  }

  private func freed(_ arguments: String...) throws -> Int? {
    let run = try Command.run(
      ["serve", "--root", folder.path("hub"), "--collect-garbage", "--json"] + arguments)
    #expect(run.status == 0, "\(run.talk)")
    return try JSONDocument(run.output)["garbage"]?["freed_bytes"]?.integer
  }

  @Test func `garbage goes, and what is published stays as it was`() throws {
    var noise = SplitMix()
    try folder.write("noise", (0..<100_000).map { _ in UInt8(97 + noise.next() % 26) })
    let before = try beside(
      "",
      record + """
        "$birdie" publish $record --repo me/golf -q && cp noise $record/note.md || exit 1
        "$birdie" publish $record --repo me/other -q || exit 2
        "$birdie" pull me/golf --local-dir before -q || exit 3
        [ "$(ask DELETE /api/repos/delete '{"organization": "me", "name": "other"}')" = 200 ] || exit 4
        "$birdie" pull me/other -q; [ $? -eq 66 ] || exit 5
        # Garbage is what is older than now, in whole seconds: the clock goes on to the next one.
        now=$(date +%s); while [ "$(date +%s)" = "$now" ]; do :; done
        """)
    #expect(before.status == 0, "\(before.talk)")
    // Younger than a day: it could belong to an upload.
    #expect(try freed() == 0)
    #expect(try freed("--older-than", "0") ?? 0 >= 100_000)
    #expect(try freed("--older-than", "0") == 0)
    let check = try Command.birdie("serve", "--root", folder.path("hub"), "--check", "--json")
    #expect(check.status == 0)
    #expect(try JSONDocument(check.output)["check"]?["repositories"]?.integer == 1)
    let after = try beside(
      "", #"HF_HOME=$PWD/new "$birdie" pull me/golf --local-dir after -q && diff -r before after"#)
    #expect(after.status == 0, "\(after.output)\(after.talk)")
  }

  @Test(arguments: [
    (["--host", "0.0.0.0"], 69, "Y08"), (["--token-file", "/none"], 74, "Y02"),
    (["--token-file", "/dev/null/x"], 74, "Y02"), (["--token-file", "damaged"], 65, "Y07"),
    (["--root", "/proc/none"], 74, "Y02"), (["--root", "."], 73, "Y01"),
  ])
  func `a server that would be wrong does not start`(
    arguments: [String], status: Int, rule: String
  ) throws {
    try folder.write("damaged", Array("a token\n".utf8))
    let root = arguments[0] == "--root" ? "" : "--root hub"
    let words = arguments.joined(separator: " ")
    let run = try Command.shell(
      "cd '\(folder.root)'; exec \"$birdie\" serve --port 0 \(root) \(words)")
    #expect(Int(run.status) == status && run.talk.contains("error[\(rule)]"), "\(run.talk)")
  }

  @Test func `a Hub is served by one process at a time`() throws {
    let run = try beside("", #""$birdie" serve --root hub --port 0; [ $? -eq 75 ]"#)
    #expect(run.status == 0 && run.talk.contains("error[Y06]"), "\(run.talk)")
  }

  /// A record that has all that a pull request asks for, without weights.
  private func completeRecord() throws -> String {
    let record = try folder.makeFolder("2026-03-20_Small")
    let files = [
      "README.md": "# Small\n", "train_gpt.py": "print('hi')",
      "train_seed42.log": "final_int8_zlib_roundtrip_exact val_loss:2.07 val_bpb:1.2252\n",
      "submission.json": """
      {"author": "Ada Example", "github_id": "ada-example", "name": "Small",
       "date": "2026-03-20", "mean_val_bpb": 1.2252, "seeds": [42]}
      """,
    ]
    for (name, text) in files { try folder.write("2026-03-20_Small/\(name)", Array(text.utf8)) }
    return record
  }

  @Test func `a checklist ends with 1 when weights are all that is missing`() throws {
    let record = try completeRecord()
    let weights = Fixtures.path("quantization/model.pt")
    let bare = try Command.birdie("publish", record, "--check")
    #expect(bare.status == 1 && bare.output.contains("missing   weights: "), "\(bare.output)")
    #expect(try Command.birdie("publish", record, weights, "--check").status == 0)
    try folder.write("2026-03-20_Small/final_model.pt", TemporaryFolder.bytes(of: weights))
    #expect(try Command.birdie("publish", record, "--check").status == 0)
  }

  @Test func `without a folder for temporary files nothing is prepared`() throws {
    let arguments = [
      "publish", try completeRecord(), Fixtures.path("quantization/model.pt"), "--dry-run",
      "--track", "10min_16mb",
    ]
    let run = try Command.run(arguments, environment: ["TMPDIR": folder.path("none")])
    #expect(run.status == 74 && run.talk.contains("error[L04]"), "\(run.talk)")
    #expect(try Command.run(arguments, environment: ["TMPDIR": folder.root]).status == 0)
  }

  @Test func `an address that is none is said to be`() throws {
    let run = try Command.run(
      ["pull", "me/golf"],
      environment: ["HF_ENDPOINT": "ftp://x", "HOME": folder.root])
    #expect(run.status == 64 && run.talk.contains("error[W09]"), "\(run.talk)")
  }

  @Test func `a Hub that is not there cannot be reached`() throws {
    let run = try Command.run(
      ["pull", "me/golf"],
      environment: ["HF_ENDPOINT": "http://127.0.0.1:1", "HOME": folder.root])
    #expect(run.status == 69 && run.talk.contains("error[W01]"), "\(run.talk)")
  }
}
