import Glibc
import TestSupport
import Testing

/// A Hub of the built program, and the built program as its client. What unmodified Python clients
/// make of it is checked by Tests/Interoperability.
struct HubTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// Runs a script with `$birdie`, in the folder, beside a server whose address is in HF_ENDPOINT;
  /// `serve` is what the server is told besides.
  private func beside(_ serve: String = "", _ script: String) throws -> Command.Outcome {
    try Command.shell(
      """
      cd '\(folder.root)'
      "$birdie" serve --root hub --port 0 --json \(serve) >address.json 2>serve.log & server=$!
      for i in $(seq 600); do [ -s address.json ] && break; sleep 0.05; done
      export HF_ENDPOINT=$(sed -n 's/.*"address": *"\\([^"]*\\)".*/\\1/p' address.json)
      export HF_TOKEN=${HF_TOKEN-writer-token} HF_HOME=$PWD/home PATH=/usr/bin:/bin
      \(script)
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
        """)
    #expect(run.status == 0, "\(run.talk)")
    #expect(run.output.contains(#""format": "safetensors""#))
  }

  @Test func `a download goes on where it ended`() throws {
    let run = try beside(
      "",
      record + """
        "$birdie" publish $record --repo me/golf -q || exit 1
        "$birdie" pull me/golf -q || exit 2
        blob=$(readlink -f home/hub/models--me--golf/snapshots/*/$place/model.safetensors)
        head -c 1000 $blob > $blob.incomplete; rm $blob; rm -r home/hub/models--me--golf/snapshots
        "$birdie" pull me/golf --dry-run --json > plan.json; "$birdie" pull me/golf -q || exit 3
        grep -q missing_bytes plan.json || exit 4
        # What is wrong at its beginning is found at its end, forgotten, and asked for again.
        head -c 1000 /dev/zero > $blob.incomplete; rm $blob; rm -r home/hub/models--me--golf/snapshots
        "$birdie" pull me/golf -q || exit 5
        cp home/hub/models--me--golf/snapshots/*/$place/model.safetensors pulled
        "$birdie" diff pulled $record/final_model.pt || exit 6
        """)
    #expect(run.status == 0, "\(run.talk)")
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

  @Test func `tokens do what they may`() throws {
    try folder.write(
      "tokens",
      Array("writer-token alice write\nreader-token bob read\nother-token eve write\n".utf8))
    let run = try beside(
      "--token-file tokens",
      record + """
        "$birdie" publish $record --repo alice/golf -q || exit 1
        HF_TOKEN=reader-token "$birdie" pull alice/golf -q || exit 2
        HF_TOKEN=reader-token "$birdie" publish $record --repo alice/other -q; [ $? -eq 77 ] || exit 3
        HF_TOKEN=stolen-token "$birdie" pull alice/golf -q; [ $? -eq 77 ] || exit 4
        env -u HF_TOKEN HF_TOKEN_PATH=/none "$birdie" pull alice/golf -q; [ $? -ge 66 ] || exit 5
        echo more >> $record/README.md; export HF_TOKEN=other-token
        "$birdie" publish $record --repo alice/golf --create-pr | grep -q discussions || exit 6
        """)
    #expect(run.status == 0, "\(run.talk)")
    #expect(!run.talk.contains("writer-token") && !run.talk.contains("reader-token"))
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

  @Test func `what is stored is whole, and garbage goes`() throws {
    let run = try beside("", record + #""$birdie" publish $record --repo me/golf -q"#)
    #expect(run.status == 0, "\(run.talk)")
    let root = folder.path("hub")
    #expect(try Command.birdie("serve", "--root", root, "--collect-garbage").status == 0)
    let check = try Command.birdie("serve", "--root", root, "--check", "--json")
    #expect(check.status == 0)
    #expect(try JSONDocument(check.output)["check"]?["repositories"]?.integer == 1)
  }

  @Test(arguments: [
    ["--host", "0.0.0.0"], ["--token-file", "/none"], ["--root", "/proc/none"],
  ])
  func `a server that would be wrong does not start`(arguments: [String]) throws {
    let root = arguments[0] == "--root" ? [] : ["--root", folder.path("hub")]
    let run = try Command.run(["serve", "--port", "0"] + root + arguments)
    #expect(run.status >= 65 && run.talk.contains("error[Y0"), "\(run.talk)")
  }

  @Test func `a checklist ends with 1 when weights are missing`() throws {
    let record = Fixtures.path("records")
    #expect(try Command.birdie("publish", record, "--check").status == 1)
  }

  @Test func `a Hub that is not there is said to be`() throws {
    let run = try Command.run(
      ["pull", "me/golf"],
      environment: ["HF_ENDPOINT": "ftp://x", "HOME": folder.root])
    #expect(run.status == 64 && run.talk.contains("error[W09]"), "\(run.talk)")
  }
}
