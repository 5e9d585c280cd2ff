using Evolink.LocalHost.Data;

namespace Evolink.LocalHost.Tests.Data;

public sealed class DataFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Keys_are_made_once_and_only_their_owner_can_read_them()
    {
        LocalKeys first, second;
        using (var data = DataFolder.Open(_folder["data"]))
            first = data.Keys;
        using (var data = DataFolder.Open(_folder["data"]))
            second = data.Keys;

        Assert.Equal(first, second);
        Assert.Equal(3, new[] { first.Client, first.Operator, first.Callback }.Distinct().Count());
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_folder["data/keys.json"]));
    }

    [Fact]
    public void A_folder_that_another_run_holds_is_refused_with_that_runs_address()
    {
        using var data = DataFolder.Open(_folder["data"]);
        data.Announce(new Uri("http://127.0.0.1:7071"));

        string message = Assert.Throws<LocalHostException>(() => DataFolder.Open(_folder["data"])).Message;

        Assert.Contains("in use by another run at http://127.0.0.1:7071.", message, StringComparison.Ordinal);
        Assert.Contains("--endpoint http://127.0.0.1:7071`", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_is_free_again_when_its_run_has_ended()
    {
        DataFolder.Open(_folder["data"]).Dispose();

        DataFolder.Open(_folder["data"]).Dispose();
    }

    [Fact]
    public void A_folder_of_a_version_that_kept_a_journal_is_refused_with_what_to_do()
    {
        Directory.CreateDirectory(_folder["data"]);
        File.WriteAllText(_folder["data/journal.db"], "");

        string message = Assert.Throws<LocalHostException>(() => DataFolder.Open(_folder["data"])).Message;

        Assert.Contains("which this one does not read. Finish its jobs with the version that made it, or choose another folder with --data DIR.", message, StringComparison.Ordinal);
        Assert.False(File.Exists(_folder["data/keys.json"]));
    }

    [Fact]
    public void A_file_in_the_place_of_the_folder_is_told()
    {
        File.WriteAllText(_folder["data"], "");

        Assert.Contains("cannot be used", Assert.Throws<LocalHostException>(() => DataFolder.Open(_folder["data"])).Message, StringComparison.Ordinal);
    }
}
